/** A mock of an OpenAI-compatible provider over real HTTP, in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Match, MockCall, Reply } from './reply.ts'

/** The mock's own account of what reached it. */
export interface MockRecord {
  /** In the order in which they began. */
  readonly calls: readonly MockCall[]
  /** How many are open now, and how many were at most at one time since the last reset. */
  readonly open: number
  readonly mostOpen: number
}

export interface MockUpstream {
  /** The base URL, ending in `/v1`. */
  readonly url: string
  readonly pid: number
  /**
   * What the next calls that fit get: one reply each, the last for all further ones. A later script
   * goes before earlier ones. Without a script every call gets a short greeting.
   */
  script(replies: Reply | readonly Reply[], match?: Match): Promise<void>
  /** Opens a gate for every reply that waits there or will. */
  open(gate: string): Promise<void>
  record(): Promise<MockRecord>
  /** The calls for this model so far; the mock forgets them, and the scripts for it. */
  take(model: string): Promise<readonly MockCall[]>
  calls(): Promise<readonly MockCall[]>
  /** Resolves with the record as soon as it fulfils the condition; throws after a while (5 s). */
  until(condition: (record: MockRecord) => boolean, patienceMs?: number): Promise<MockRecord>
  /** Forgets scripts, calls and gates. */
  reset(): Promise<void>
  stop(): Promise<void>
}

const PATIENCE_MS = 5000
const POLL_MS = 5

const isPorts = (value: unknown): value is { readonly port: number; readonly control: number } =>
  typeof value === 'object' && value !== null && 'port' in value && 'control' in value

const isRecord = (value: unknown): value is MockRecord =>
  typeof value === 'object' && value !== null && 'calls' in value && 'mostOpen' in value

const isCall = (value: unknown): value is MockCall =>
  typeof value === 'object' && value !== null && 'startedAt' in value && 'overlapping' in value

/** Starts the mock on ports of its own choosing. Stop it when done; it also leaves with this process. */
export async function startMockUpstream(): Promise<MockUpstream> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const file = fileURLToPath(new URL(`./mock-process.${extension}`, import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [ports]: unknown[] = await once(child, 'message')
  if (!isPorts(ports)) throw new Error('the mock upstream did not say its ports')

  const ask = async (command: string, body: unknown = null): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${ports.control}/${command}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    return response.json()
  }
  const record = async (): Promise<MockRecord> => {
    const answer = await ask('calls')
    if (!isRecord(answer)) throw new Error('the mock upstream gave no record')
    return answer
  }
  return {
    url: `http://127.0.0.1:${ports.port}/v1`,
    pid: child.pid ?? 0,
    record,
    async take(model) {
      const taken = await ask('take', model)
      if (!Array.isArray(taken)) throw new Error('the mock upstream gave no calls')
      return taken.filter(isCall)
    },
    calls: async () => (await record()).calls,
    async script(replies, match = {}) {
      await ask('script', { match, replies: Array.isArray(replies) ? replies : [replies] })
    },
    async open(gate) {
      await ask('open', gate)
    },
    async until(condition, patienceMs = PATIENCE_MS) {
      const deadline = performance.now() + patienceMs
      for (;;) {
        const current = await record()
        if (condition(current)) return current
        if (performance.now() > deadline)
          throw new Error(`the mock upstream waited in vain: ${JSON.stringify(current)}`)
        await new Promise((resolve) => {
          setTimeout(resolve, POLL_MS)
        })
      }
    },
    async reset() {
      await ask('reset')
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const left = once(child, 'exit')
      child.kill('SIGKILL')
      await left
    },
  }
}
