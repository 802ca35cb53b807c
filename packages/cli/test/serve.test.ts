/** `serve` as a process. */
import { once } from 'node:events'
import { mkdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { encode, parseServerMessage, SUBPROTOCOL } from '@speak-code/protocol'
import { temporaryFolder, type TemporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { greet, type Greeting } from '../src/commands/doctor/welcome.ts'
import { webSocketLinks } from '../src/client/ws-link.ts'
import type { RelayAddress } from '../src/client/relay-target.ts'
import {
  type Outcome,
  outcomeOf,
  type Program,
  runProgram,
  startProgram,
} from './fixtures/program.ts'

let home: TemporaryFolder
let started: Program[]
beforeEach(() => {
  home = temporaryFolder()
  started = []
})
afterEach(() => {
  for (const program of started) program.kill('SIGKILL')
  home.remove()
})

interface Serving {
  readonly program: Program
  /** What follows `listening on `. */
  readonly addresses: readonly string[]
}

async function serve(args: readonly string[], lines = 1): Promise<Serving> {
  const program = startProgram(['serve', ...args], { SPEAK_CODE_HOME: home.path })
  started.push(program)
  const addresses: string[] = []
  for await (const line of createInterface({ input: program.stdout })) {
    addresses.push(line.replace(/^listening on /, ''))
    if (addresses.length === lines) break
  }
  if (addresses.length < lines) throw new Error(await text(program.stderr))
  return { program, addresses }
}

const greeting = (address: RelayAddress): Promise<Greeting> =>
  greet(address, { open: webSocketLinks({}), version: '1.0.0', token: undefined, timeoutMs: 5000 })

function refused(...args: string[]): Promise<Outcome> {
  return runProgram(['serve', '--port', '0', ...args], { SPEAK_CODE_HOME: home.path })
}

async function exitCode(program: Program): Promise<number | null> {
  if (program.exitCode === null) await once(program, 'exit')
  return program.exitCode
}

describe('listening', () => {
  it('§4: says where on stdout when it is ready; port 0 picks one', async () => {
    const { addresses } = await serve(['--port', '0'])
    const [url = ''] = addresses
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:[1-9]\d*\/ws\/chat$/)
    expect(await greeting({ url })).toMatchObject({ welcome: { defaultModel: 'demo/demo' } })
  })

  it('§4: IPv6 in brackets', async () => {
    const { addresses } = await serve(['--host', '::1', '--port', '0'])
    expect(addresses[0]).toMatch(/^ws:\/\/\[::1\]:\d+\/ws\/chat$/)
  })

  it('§4: a socket alone, or a line each where a port is given too', async () => {
    const socketPath = join(home.path, 'relay.sock')
    const alone = await serve(['--socket', socketPath])
    expect(alone.addresses).toEqual([`unix:${socketPath}`])
    expect(await greeting({ socketPath })).toHaveProperty('welcome')
    expect((statSync(socketPath).mode & 0o777).toString(8)).toBe('600')
    alone.program.kill()
    await exitCode(alone.program)
    const both = await serve(['--socket', socketPath, '--port', '0'], 2)
    expect(both.addresses).toEqual([expect.stringMatching(/^ws:/), `unix:${socketPath}`])
  })

  it('a socket that a killed relay has left is cleared', async () => {
    const socketPath = join(home.path, 'relay.sock')
    const { program } = await serve(['--socket', socketPath])
    program.kill('SIGKILL')
    await exitCode(program)
    await serve(['--socket', socketPath])
    expect(await greeting({ socketPath })).toHaveProperty('welcome')
  })
})

describe('refusing', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'relay.example.com', ''])(
    '§4: the foreign address %j without auth: exit code 2',
    async (host) => {
      const { code, stdout, stderr } = await refused('--host', host)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('--insecure')
    },
  )

  it('--insecure takes a foreign address', async () => {
    const { addresses } = await serve(['--host', '0.0.0.0', '--port', '0', '--insecure'])
    expect(addresses[0]).toMatch(/^ws:\/\/0\.0\.0\.0:\d+/)
  })

  it('§4: a port in use: exit code 1', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve)
    })
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { code, stderr } = await refused('--port', port)
    other.close()
    expect(code).toBe(1)
    expect(stderr).toContain(`127.0.0.1:${port} is in use`)
  })

  it('§4: a data folder in use: exit code 1', async () => {
    await serve(['--port', '0'])
    const { code, stderr } = await refused()
    expect(code).toBe(1)
    expect(stderr).toContain(join(home.path, 'serve'))
  })

  it('§4: a socket in use: exit code 1, and it stays with its owner', async () => {
    const socketPath = join(home.path, 'relay.sock')
    await serve(['--socket', socketPath])
    const second = startProgram(
      ['serve', '--socket', socketPath, '--data', join(home.path, 'other')],
      { SPEAK_CODE_HOME: home.path },
    )
    started.push(second)
    expect((await outcomeOf(second)).code).toBe(1)
    expect(await greeting({ socketPath })).toHaveProperty('welcome')
  })

  it.each(['65536', '-1', 'http', '1.5', ''])('the port %j: exit code 2', async (port) => {
    expect((await refused(`--port=${port}`)).code).toBe(2)
  })
})

describe('leaving', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('§1: %s drains, exit code 0', async (signal) => {
    const { program } = await serve(['--port', '0'])
    program.kill(signal)
    expect(await exitCode(program)).toBe(0)
  })

  it('§1: a live run holds it until a second signal, and ends interrupted', async () => {
    const { program, addresses } = await serve(['--port', '0'])
    const socket = new WebSocket(addresses[0] ?? '', SUBPROTOCOL)
    const types: string[] = []
    let end: unknown
    socket.on('message', (data: Buffer) => {
      const parsed = parseServerMessage(data.toString())
      if (parsed.kind !== 'message') return
      types.push(parsed.message.type)
      if (parsed.message.type === 'chunk' && parsed.message.done) end = parsed.message
    })
    await once(socket, 'open')
    const id = '01990000-0000-7000-8000-000000000001'
    const message = { id, role: 'user', content: 'go on' } as const
    socket.send(encode({ type: 'hello', client: { name: 'test', version: '1' } }))
    socket.send(
      encode({ type: 'chat', id, conversationId: id, parentId: null, messages: [message] }),
    )
    await vi.waitUntil(() => types.includes('chunk'))
    program.kill('SIGTERM')
    await vi.waitUntil(() => types.includes('goingAway'))
    expect(program.exitCode).toBeNull()
    program.kill('SIGTERM')
    const [code] = await once(socket, 'close')
    expect(code).toBe(1012)
    expect(end).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
    expect(await exitCode(program)).toBe(0)
  })
})

it('--data names the folder of the store', async () => {
  const data = join(home.path, 'elsewhere')
  mkdirSync(data)
  await serve(['--port', '0', '--data', data])
  expect(statSync(join(data, 'relay.db')).isFile()).toBe(true)
})
