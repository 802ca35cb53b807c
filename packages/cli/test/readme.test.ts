/** What README.md shows works as it stands. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { startMockUpstream, temporaryFolder, type MockUpstream } from '@speak-code/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const repository = join(import.meta.dirname, '../../..')
const readme = readFileSync(join(repository, 'README.md'), 'utf8')

/** The shell blocks of a chapter. */
function examplesOf(chapter: string): string[] {
  const text = readme.split(/^## /m).find((part) => part.startsWith(chapter)) ?? ''
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map((match) => match[1] ?? '')
}

describe('In pipes', () => {
  const folder = temporaryFolder()
  let upstream: MockUpstream
  let env: NodeJS.ProcessEnv

  beforeAll(async () => {
    upstream = await startMockUpstream()
    await upstream.script({ deltas: { texts: ['Like so:\n\n', '```sh\nwc -w notes.md\n```\n'] } })
    const bin = join(folder.path, 'bin')
    const program = join(repository, 'packages/cli/bin/speak-code.js')
    mkdirSync(bin)
    writeFileSync(
      join(bin, 'speak-code'),
      `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`,
      { mode: 0o755 },
    )
    writeFileSync(join(folder.path, 'notes.md'), 'Buy milk.\n')
    writeFileSync(join(folder.path, 'error.log'), 'TypeError: x is undefined\n')
    env = {
      PATH: `${bin}${delimiter}${process.env['PATH']}`,
      SPEAK_CODE_HOME: folder.path,
      XDG_RUNTIME_DIR: folder.path,
      OPENAI_BASE_URL: upstream.url,
      OPENAI_MODEL: 'mock',
    }
  })

  afterAll(async () => {
    shell('speak-code relay stop')
    await upstream.stop()
    folder.remove()
  })

  const shell = (command: string) =>
    spawnSync('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: folder.path,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const examples = examplesOf('In pipes')

  test('has six examples', () => {
    expect(examples).toHaveLength(6)
  })

  test.each(examples)('%s', (command) => {
    const { status, stdout, stderr } = shell(command)
    expect(stderr).toBe('')
    expect(status).toBe(0)
    const [, file] = /> (\S+)\n$/.exec(command) ?? []
    const answer = file === undefined ? stdout : readFileSync(join(folder.path, file), 'utf8')
    expect(answer).toContain('wc -w notes.md')
    expect(stdout === '').toBe(file !== undefined)
  })
})

test('the two commands are scripts of the repository', () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  const named = [
    ...examplesOf('Two commands')
      .join('\n')
      .matchAll(/npx -y pnpm@12 (\w+)/g),
  ]
  expect(named.map((match) => match[1])).toEqual(['start', 'test', 'package'])
  for (const [, name = ''] of named) expect(scripts).toHaveProperty(name)
})

test('the tarball that it installs is the one that is made', () => {
  const description = readFileSync(join(repository, 'packages/cli/package.json'), 'utf8')
  const { version } = JSON.parse(description)
  expect(readme).toContain(`npm install --global ./speak-code-${version}.tgz\n`)
})
