/**
 * The mock upstream's own process: an OpenAI-compatible server on one port, its control on another.
 * Started by `startMockUpstream`; it leaves when its parent does.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { BackgroundAnswers } from './mock-background.ts'
import { playReply } from './mock-reply.ts'
import type { Match, MockCall, Reply } from './reply.ts'

interface Script {
  readonly match: Match
  readonly replies: Reply[]
}

const DEFAULT_REPLY: Reply = {
  deltas: { texts: ['Hello', ' from', ' the', ' mock', ' upstream', '.'] },
}

let background = new BackgroundAnswers()
let scripts: Script[] = []
let calls: { -readonly [Key in keyof MockCall]: MockCall[Key] }[] = []
let open = 0
let mostOpen = 0
let gates = new Set<string>()
let waiting: { readonly gate: string; readonly pass: () => void }[] = []

const now = (): number => performance.timeOrigin + performance.now()

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const modelOf = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'model' in body && typeof body.model === 'string'
    ? body.model
    : ''

/** The next reply of the newest script that fits; its last reply stays for all further calls. */
function nextReply(model: string, path: string): Reply {
  const script = scripts.findLast(
    ({ match }) =>
      (match.model === undefined || match.model === model) &&
      (match.path === undefined || match.path === path),
  )
  if (script === undefined) return DEFAULT_REPLY
  const reply = script.replies.length > 1 ? script.replies.shift() : script.replies[0]
  return reply ?? DEFAULT_REPLY
}

function pass(gate: string): Promise<void> {
  if (gates.has(gate)) return Promise.resolve()
  return new Promise((resolve) => {
    waiting.push({ gate, pass: resolve })
  })
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://mock')
  const startedAt = now()
  const overlapping = open
  open += 1
  mostOpen = Math.max(mostOpen, open)
  let isOpen = true
  const call: (typeof calls)[number] = {
    path,
    query: Object.fromEntries(searchParams),
    method: request.method ?? '',
    headers: request.headers,
    body: undefined,
    startedAt,
    overlapping,
  }
  calls.push(call)
  response.once('close', () => {
    isOpen = false
    open -= 1
    if (call.finishedAt === undefined) call.closedAt = now()
  })
  call.body = parsed(await readText(request))
  const model = modelOf(call.body)
  const stage = { gate: pass, isOpen: () => isOpen }
  const known = background.find(call, request, response, stage)
  if (known !== undefined) {
    await known
    if (isOpen) call.finishedAt = now()
    return
  }
  const reply = nextReply(model, path)
  if (reply.background !== undefined) {
    await background.begin(reply.background, reply, request, response, model, stage)
    if (isOpen) call.finishedAt = now()
    return
  }
  await playReply(reply, request, response, model, stage)
  const ends = reply.silent !== true && reply.end !== 'never' && reply.end !== 'endless'
  if (ends && isOpen) call.finishedAt = now()
}

const COMMANDS: Record<string, (body: unknown) => unknown> = {
  '/script': (body) => {
    if (isScript(body)) scripts.push(body)
    return {}
  },
  '/open': (body) => {
    const name = String(body)
    gates.add(name)
    const passing = waiting.filter(({ gate }) => gate === name)
    waiting = waiting.filter(({ gate }) => gate !== name)
    for (const waiter of passing) waiter.pass()
    return {}
  },
  '/calls': () => ({ calls, open, mostOpen }),
  '/take': (body) => {
    const model = String(body)
    const taken = calls.filter((call) => modelOf(call.body) === model)
    calls = calls.filter((call) => modelOf(call.body) !== model)
    scripts = scripts.filter(({ match }) => match.model !== model)
    return taken
  },
  '/reset': () => {
    scripts = []
    background = new BackgroundAnswers()
    calls = []
    mostOpen = open
    gates = new Set()
    return {}
  },
}

const isScript = (body: unknown): body is Script =>
  typeof body === 'object' && body !== null && 'match' in body && 'replies' in body

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const command = COMMANDS[request.url ?? '']
  const body = parsed(await readText(request))
  response.writeHead(command === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(command?.(body) ?? {}))
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

const upstream = createServer((request, response) => {
  void answer(request, response).catch(() => response.destroy())
})
upstream.requestTimeout = 0
const controls = createServer((request, response) => {
  void control(request, response).catch(() => response.destroy())
})
process.once('disconnect', () => process.exit(0))
process.send?.({ port: await listen(upstream), control: await listen(controls) })
