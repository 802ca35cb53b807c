import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@speak-code/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { clipboardTools, copyByTool } from './clipboard-tool.ts'

const names = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] =>
  clipboardTools(env, platform).map(({ command }) => command)

test.each<[string, NodeJS.ProcessEnv, NodeJS.Platform, string[]]>([
  ['macOS', {}, 'darwin', ['pbcopy']],
  ['Windows', {}, 'win32', ['clip.exe']],
  ['Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', ['wl-copy']],
  ['X', { DISPLAY: ':0' }, 'linux', ['xclip', 'xsel']],
  ['WSL', { WSL_DISTRO_NAME: 'Debian' }, 'linux', ['clip.exe']],
  ['a console', {}, 'linux', []],
  ['another machine', { SSH_CONNECTION: '1 2 3 4', WAYLAND_DISPLAY: 'w' }, 'linux', []],
  [
    'a forwarded display',
    { SSH_CONNECTION: '1 2 3 4', DISPLAY: ':10' },
    'linux',
    ['xclip', 'xsel'],
  ],
])('the tools of %s', (_, env, platform, tools) => {
  expect(names(env, platform)).toEqual(tools)
})

test('the first tool that works gets the text as it is', async () => {
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  const command = join(folder.path, 'copy')
  const copied = join(folder.path, 'copied')
  writeFileSync(command, `#!/bin/sh\ncat > '${copied}'\n`)
  chmodSync(command, 0o700)
  const missing = { command: join(folder.path, 'missing'), arguments: [] }
  expect(await copyByTool('$HOME `x` "y"\n', [missing, { command, arguments: [] }])).toBe(true)
  expect(readFileSync(copied, 'utf8')).toBe('$HOME `x` "y"\n')
})

test('where no tool works nothing is copied, and nothing fails', async () => {
  const failing = { command: 'false', arguments: [] }
  expect(await copyByTool('x'.repeat(1_000_000), [failing])).toBe(false)
  expect(await copyByTool('x', [])).toBe(false)
})
