/** Writes in the person's own editor. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FOLDER = 'speak-code-'
/** Editors know a prompt by it as Markdown. */
const FILE = 'draft.md'
/** What a shell answers where there is no such command. */
const NOT_FOUND = 127

/**
 * Opens `text` in `$VISUAL`, `$EDITOR`, or an editor that is there, and resolves with what was saved, without the
 * newline that editors put at the end. The terminal has to be free. Rejects with a sentence where no editor could be
 * run, where it failed, or where its file cannot be read.
 */
export async function editExternally(text: string, env: NodeJS.ProcessEnv): Promise<string> {
  // A folder of its own, which nobody else may read.
  const folder = await mkdtemp(join(tmpdir(), FOLDER))
  try {
    const path = join(folder, FILE)
    await writeFile(path, text, { mode: 0o600 })
    await runEditor(path, env)
    const edited = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new Error(`What the editor saved cannot be read: ${messageOf(error)}`)
    })
    return edited.replace(/\r?\n$/, '')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The editors to try, as commands that may have arguments. */
function editorsOf(env: NodeJS.ProcessEnv): string[] {
  const chosen = [env['VISUAL'], env['EDITOR']].find((editor) => (editor ?? '').trim() !== '')
  if (chosen !== undefined) return [chosen]
  return process.platform === 'win32' ? ['notepad'] : ['vi', 'nano']
}

async function runEditor(path: string, env: NodeJS.ProcessEnv): Promise<void> {
  const editors = editorsOf(env)
  for (const editor of editors) {
    const { code, signal } = await run(editor, path, env)
    if (code === 0) return
    if (signal !== null)
      throw new Error(`${editor} was ended by ${signal}; the draft is as it was.`)
    if (code !== NOT_FOUND) {
      throw new Error(`${editor} failed (exit code ${code}); the draft is as it was.`)
    }
  }
  throw new Error(`There is no ${editors.join(' or ')}: set $EDITOR to your editor.`)
}

interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

function run(editor: string, path: string, env: NodeJS.ProcessEnv): Promise<Ending> {
  // By a shell, as git does: the command may have arguments and quotes.
  const child =
    process.platform === 'win32'
      ? spawn(`${editor} "${path}"`, { stdio: 'inherit', env, shell: true })
      : spawn('/bin/sh', ['-c', `${editor} "$@"`, editor, path], { stdio: 'inherit', env })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code, signal })
    })
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
