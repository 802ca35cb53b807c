/** `chat` and what was typed but not asked yet: the real program in a pseudo-terminal, relays that are away or refuse. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  encode,
  errorInfo,
  parseClientMessage,
  type ChatRequest,
  type ErrorInfo,
  type ServerMessage,
} from '@speak-code/protocol'
import {
  type MockUpstream,
  startMockUpstream,
  temporaryFolder,
  type TemporaryFolder,
} from '@speak-code/testkit'
import { Terminal } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'

const MAIN = join(import.meta.dirname, '../bin/speak-code.js')
const CTRL_R = '\u0012'
const CTRL_U = '\u0015'
const ENTER = '\r'

let upstream: MockUpstream
let folder: TemporaryFolder
let terminals: Terminal[] = []
const servers: (ChildProcess | WebSocketServer)[] = []

beforeAll(async () => {
  upstream = await startMockUpstream()
})
beforeEach(async () => {
  folder = temporaryFolder()
  await upstream.reset()
})
afterEach(async () => {
  for (const terminal of terminals) terminal.close()
  terminals = []
  for (const server of servers.splice(0)) {
    if (server instanceof WebSocketServer) server.close()
    else {
      server.kill('SIGKILL')
      await once(server, 'exit')
    }
  }
  folder.remove()
})
afterAll(() => upstream.stop())

const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  SPEAK_CODE_HOME: folder.path,
  XDG_RUNTIME_DIR: folder.path,
})

function openChat(port: number, ...args: readonly string[]): Terminal {
  const terminal = new Terminal({
    args: [MAIN, 'chat', '--server', `ws://127.0.0.1:${port}/ws/chat`, ...args],
    env: environment(),
    columns: 120,
  })
  terminals.push(terminal)
  return terminal
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function serve(port: number): Promise<void> {
  const relay = spawn(
    process.execPath,
    [MAIN, 'serve', '--port', String(port), '--data', join(folder.path, 'relay')],
    {
      env: { ...environment(), OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: upstream.url },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  servers.push(relay)
  await once(relay.stdout, 'data')
}

test('L5 L7: typed offline: shown as queued, edited, dropped, kept over kill -9, then asked in order and once', async () => {
  const port = await freePort()
  const terminal = openChat(port)
  await terminal.until(/Reconnecting|Disconnected/)
  for (const [index, text] of ['first', 'secnod', 'never', 'third'].entries()) {
    terminal.write(`${text}${ENTER}`)
    await terminal.until(index < 3 ? `${index + 1} queued  ${text}` : '… and 2 more: /queue')
  }
  terminal.write(`/queue drop 3${ENTER}`)
  await terminal.until('3 queued  third')
  terminal.write(`/queue edit 2${ENTER}`)
  await terminal.until('› secnod')
  terminal.write(CTRL_U)
  await terminal.until('Ask anything')
  terminal.write(`second${ENTER}`)
  await terminal.until('3 queued  second')
  terminal.kill('SIGKILL')
  await terminal.exit

  const again = openChat(port, '-c')
  await again.until('3 queued  second')
  expect(again.text).toContain('1 queued  first')
  expect(again.text).toContain('2 queued  third')
  expect(again.scrollback).not.toContain('never')
  await upstream.script([
    { deltas: { texts: ['answer one'] } },
    { deltas: { texts: ['answer two'] } },
    { deltas: { texts: ['answer three'] } },
  ])
  await serve(port)
  again.write(CTRL_R)
  await again.until((screen) => screen.scrollback.includes('answer three'))
  await again.until((screen) => !screen.text.includes('queued'))
  const asked = (await upstream.calls()).map(({ body }) => JSON.stringify(body))
  expect(asked).toHaveLength(3)
  expect(asked[0]).toContain('first')
  expect(asked[1]).toMatch(/first.*answer one.*third/)
  expect(asked[2]).toMatch(/first.*answer one.*third.*answer two.*second/)
})

/** A relay that refuses a question as often as there are `refusals`, then answers it. */
async function refusingRelay(
  port: number,
  refusals: ErrorInfo[],
  asked: ChatRequest[],
): Promise<void> {
  const server = new WebSocketServer({ port, host: '127.0.0.1', path: '/ws/chat' })
  servers.push(server)
  await once(server, 'listening')
  server.on('connection', (socket) => {
    const send = (message: ServerMessage): void => {
      socket.send(encode(message))
    }
    socket.on('message', (data: Buffer) => {
      const parsed = parseClientMessage(data.toString('utf8'))
      if (!parsed.ok) return
      const { message } = parsed
      if (message.type === 'hello') {
        send({
          type: 'welcome',
          server: { name: 'scripted', version: '1' },
          user: null,
          heartbeatMs: 25_000,
          maxFrameBytes: 8 * 1024 * 1024,
          maxInflight: 16,
          defaultModel: 'scripted/one',
        })
      }
      if (message.type !== 'chat') return
      asked.push(message)
      const { id, conversationId } = message
      const refusal = refusals.shift()
      if (refusal !== undefined) {
        send({ type: 'error', for: 'chat', id, ...refusal })
        return
      }
      const model = { model: 'one', provider: 'scripted' }
      const text = 'here it is'
      const messageId = '0199aaaa-0000-7000-8000-000000000001'
      send({ type: 'accepted', id, conversationId, messageId, ...model, duplicate: false })
      send({ type: 'chunk', id, seq: 1, delta: text, done: false })
      send({
        type: 'chunk',
        id,
        seq: 2,
        delta: '',
        done: true,
        status: 'completed',
        finishReason: 'stop',
        endedBy: 'provider',
        ...model,
        usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2, source: 'provider' },
        textSha256: createHash('sha256').update(text).digest('hex'),
      })
    })
  })
}

test.each(['rate_limited', 'draining'] as const)(
  'L5: %s puts a question back with a visible countdown, and it goes out again under its id',
  async (code) => {
    const port = await freePort()
    const asked: ChatRequest[] = []
    await refusingRelay(port, [errorInfo(code, 'Not now.', 3000)], asked)
    const terminal = openChat(port)
    await terminal.until('Connected')
    terminal.write(`Now?${ENTER}`)
    await terminal.until(/Not now\..* 3 s/)
    await terminal.until(/Not now\..* 1 s/)
    expect(asked).toHaveLength(1)
    await terminal.until('here it is')
    expect(terminal.text).not.toContain('Not now.')
    expect(asked).toHaveLength(2)
    expect(asked[1]).toEqual(asked[0])
  },
)
