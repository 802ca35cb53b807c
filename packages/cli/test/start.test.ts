/** The entry point and the command line, as processes. */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runProgram, type Outcome } from './fixtures/program.ts'

const BIN = fileURLToPath(new URL('../bin/speak-code.js', import.meta.url))

const run = (...args: readonly string[]): Promise<Outcome> =>
  runProgram(args, { SPEAK_CODE_HOME: '/nonexistent' })

function runBin(importFirst: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  const script = `data:text/javascript,${importFirst}`
  return spawnSync(process.execPath, ['--import', script, BIN, ...args], { encoding: 'utf8' })
}

describe('the entry point', () => {
  it('says plainly when Node is too old, and exits 1', () => {
    const { status, stdout, stderr } = runBin(
      'Object.defineProperty(process,"versions",{value:{...process.versions,node:"22.17.1"}})',
    )
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('needs Node.js 22.18 or newer; this is 22.17.1')
    expect(stderr).toContain('https://nodejs.org')
  })

  it('has no static import, which an old Node would trip over first', () => {
    expect(readFileSync(BIN, 'utf8')).not.toMatch(/^(?:import|export) /m)
  })
})

describe('the command line', () => {
  it('with --json a failure is JSON on stdout and a sentence on stderr', async () => {
    const { code, stdout, stderr } = await run('models', '--json', '--server', 'nonsense')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'bad_request', message: '--server must be a ws or wss URL.' },
    })
    expect(stderr).toContain('--server must be a ws or wss URL.')
  })

  it('--help lists the commands', async () => {
    const { code, stdout, stderr } = await run('--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const name of ['chat', 'ask', 'attach', 'models', 'serve', 'relay', 'config', 'doctor']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
  })

  it('§4: no command in a pipe: usage on stderr, 2', async () => {
    const { code, stdout, stderr } = await run()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^Usage: speak-code/)
  })

  it.each([
    ['an unknown command', ['akk'], /unknown command 'akk'/],
    ['an unknown option', ['ask', '--nope'], /unknown option '--nope'/],
    ['a command of a group left out', ['relay'], /^Usage: speak-code relay/],
    ['a bad --timeout', ['ask', '--timeout', '0', 'x'], /above 0/],
    ['a bad --color', ['ask', '--color', 'red', 'x'], /Allowed choices/],
    [
      '--json with stream-json',
      ['ask', '--json', '--output-format', 'stream-json', 'x'],
      /cannot be used with/,
    ],
    ['-c with -r', ['ask', '-c', '-r', 'x', 'x'], /exclude each other/],
    ['a --server that is no WebSocket URL', ['models', '--server', 'http://x'], /ws or wss URL/],
  ])('%s: a sentence on stderr, 2', async (_name, args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('`help ask` knows the options of `ask`', async () => {
    const { code, stdout } = await run('help', 'ask')
    expect(code).toBe(0)
    expect(stdout).toContain('--output-format')
  })

  it('an error is a sentence without a stack; -v adds where it happened', async () => {
    const args = ['models', '--server', 'http://x']
    expect((await run(...args)).stderr).not.toMatch(/^\s+at /m)
    expect((await run(...args, '-v')).stderr).toMatch(/^\s+at /m)
  })
})
