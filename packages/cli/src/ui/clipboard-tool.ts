/** The clipboard of this machine, by the tool that its desktop has. */
import { spawn } from 'node:child_process'

interface ClipboardTool {
  readonly command: string
  readonly arguments: readonly string[]
}

/**
 * Tools that may put text on the clipboard, the likeliest first. None where the person sits at another machine (SSH
 * without a forwarded display): there only the terminal itself reaches the right clipboard.
 */
export function clipboardTools(
  env: Readonly<NodeJS.ProcessEnv>,
  platform: NodeJS.Platform,
): readonly ClipboardTool[] {
  const is = (name: string): boolean => (env[name] ?? '') !== ''
  if (is('SSH_CONNECTION') && !is('DISPLAY')) return []
  if (platform === 'darwin') return [{ command: 'pbcopy', arguments: [] }]
  if (platform === 'win32') return [{ command: 'clip.exe', arguments: [] }]
  return [
    ...(is('WAYLAND_DISPLAY') ? [{ command: 'wl-copy', arguments: [] }] : []),
    ...(is('DISPLAY')
      ? [
          { command: 'xclip', arguments: ['-selection', 'clipboard'] },
          { command: 'xsel', arguments: ['--clipboard', '--input'] },
        ]
      : []),
    ...(is('WSL_DISTRO_NAME') ? [{ command: 'clip.exe', arguments: [] }] : []),
  ]
}

/** Gives `text` to the first tool that works. Resolves to whether there was one; it never rejects. */
export async function copyByTool(
  text: string,
  tools: readonly ClipboardTool[] = clipboardTools(process.env, process.platform),
): Promise<boolean> {
  for (const tool of tools) if (await runs(tool, text)) return true
  return false
}

function runs({ command, arguments: given }: ClipboardTool, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    // The tool may stay, to hold what was copied: it must not keep this program, nor its terminal.
    const child = spawn(command, given, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    child.unref()
    child.on('error', () => {
      resolve(false)
    })
    child.on('exit', (code) => {
      resolve(code === 0)
    })
    child.stdin.on('error', () => {
      resolve(false)
    })
    child.stdin.end(text)
  })
}
