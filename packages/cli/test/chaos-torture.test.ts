/** `pnpm torture`, for a short while, and that it would have found what it looks for. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { EndChunk } from '@speak-code/protocol'
import { describe, expect, it } from 'vitest'
import { judge, judgeCalls } from '../torture/verdict.ts'
import { sha256, type Told, Witness } from '../torture/witness.ts'

const MAIN = fileURLToPath(new URL('../torture/main.ts', import.meta.url))

async function runTorture(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--conditions=@speak-code/source', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  const output = await Promise.all([text(child.stdout), text(child.stderr)])
  await closed
  return { code: child.exitCode, output: output.join('') }
}

describe('pnpm torture', () => {
  it('L1–L7 L11: nothing is lost, doubled or unknown, whatever is cut and killed', async () => {
    const { code, output } = await runTorture('--seconds', '12', '--seed', '3')
    process.stdout.write(output)
    expect(output).toMatch(/^seed 3, 12 s\n/)
    expect(output).toMatch(/ bytes compared, 0 losses, 0 doubles, /)
    expect(output).not.toMatch(/^runs 0 /m)
    expect(code).toBe(0)
  }, 150_000)

  it('does not take a command line that it can not read', async () => {
    const { code, output } = await runTorture('--seconds', 'many')
    expect({ code, output }).toEqual({
      code: 2,
      output: 'usage: pnpm torture [--seconds N] [--seed S]\n',
    })
  })
})

const endOf = (body: string, seq: number, more: Partial<EndChunk> = {}): EndChunk => ({
  type: 'chunk',
  id: 'run',
  seq,
  delta: '',
  done: true,
  status: 'completed',
  finishReason: 'stop',
  endedBy: 'provider',
  model: 'm',
  provider: 'p',
  usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2, source: 'provider' },
  textSha256: sha256(body),
  ...more,
})

const piece = (seq: number, delta: string) => ({ type: 'delta', runId: 'run', seq, delta }) as const
const end = (chunk: EndChunk, verified = true) =>
  ({ type: 'end', runId: 'run', chunk, verified }) as const

const kindsOf = (...events: Parameters<Witness['take']>[0][]): string[] => {
  const witness = new Witness('terminal')
  for (const event of events) witness.take(event)
  return witness.complaints.map(({ kind }) => kind)
}

describe('the witness', () => {
  it('has nothing against an answer that is told once', () => {
    expect(kindsOf(piece(1, 'a'), piece(2, 'b'), end(endOf('ab', 3)))).toEqual([])
  })

  it.each([
    { what: 'a hole', kind: 'loss', events: [piece(1, 'a'), piece(3, 'c')] },
    { what: 'a repetition', kind: 'double', events: [piece(1, 'a'), piece(1, 'a')] },
    { what: 'a second end', kind: 'double', events: [end(endOf('', 1)), end(endOf('', 1))] },
    { what: 'a missing last piece', kind: 'loss', events: [piece(1, 'a'), end(endOf('a', 3))] },
    { what: 'another text', kind: 'loss', events: [piece(1, 'a'), end(endOf('b', 2))] },
    { what: 'no proof', kind: 'dishonest', events: [end(endOf('', 1), false)] },
    { what: 'an unknown run', kind: 'unknown', events: [{ type: 'lost', runId: 'run' }] },
  ] as const)('objects to $what', ({ kind, events }) => {
    expect(kindsOf(...events)).toContain(kind)
  })
})

const told = (body: string, chunk: EndChunk | undefined): Told => ({
  text: body,
  seq: 1,
  accepted: true,
  messageId: 'm',
  end: chunk,
  withdrawn: false,
  lost: false,
  refused: undefined,
})
const cut = (code: 'interrupted' | 'upstream_eof'): Partial<EndChunk> => ({
  status: 'failed',
  finishReason: null,
  error: { code, message: '', retryable: true },
})

describe('the verdict', () => {
  const NOTHING = { cancelled: false, restarted: false, upstreamStruck: false }
  it.each([
    { what: 'the whole', body: 'whole', end: endOf('whole', 2), fate: NOTHING, kinds: [] },
    {
      what: 'a part as the whole',
      body: 'who',
      end: endOf('who', 2),
      fate: NOTHING,
      kinds: ['loss'],
    },
    { what: 'no end', body: 'who', end: undefined, fate: NOTHING, kinds: ['stuck'] },
    {
      what: 'an interruption without a restart',
      body: 'who',
      end: endOf('who', 2, cut('interrupted')),
      fate: NOTHING,
      kinds: ['dishonest'],
    },
    {
      what: 'an interruption by a restart',
      body: 'who',
      end: endOf('who', 2, cut('interrupted')),
      fate: { ...NOTHING, restarted: true },
      kinds: [],
    },
    {
      what: 'half a pair at the cut',
      body: 'who\uFFFD',
      end: endOf('who\uFFFD', 2, { status: 'cancelled' }),
      fate: { ...NOTHING, cancelled: true },
      kinds: [],
    },
    {
      what: 'a cancel that nobody asked for, with another text',
      body: 'other',
      end: endOf('other', 2, { status: 'cancelled' }),
      fate: NOTHING,
      kinds: ['dishonest', 'loss'],
    },
    {
      what: 'an upstream that was cut',
      body: 'who',
      end: endOf('who', 2, cut('upstream_eof')),
      fate: { ...NOTHING, upstreamStruck: true },
      kinds: [],
    },
  ])('$what', ({ body, end: chunk, fate, kinds }) => {
    expect(judge('run', told(body, chunk), 'whole', fate).map(({ kind }) => kind)).toEqual(kinds)
  })
})

const call = (startedAt: number, over: { finishedAt?: number; closedAt?: number }) => ({
  path: '/v1/chat/completions',
  query: {},
  method: 'POST',
  headers: {},
  body: {},
  overlapping: 0,
  startedAt,
  ...over,
})

describe('L5: the verdict on upstream calls', () => {
  const fate = { cancelled: false, restarted: false, upstreamStruck: true }
  it.each([
    ['one after the other', [call(1, { closedAt: 5 }), call(5, { finishedAt: 9 })], []],
    ['the last is still open', [call(1, { closedAt: 5 }), call(6, {})], []],
    ['at once', [call(1, { finishedAt: 7 }), call(6, { finishedAt: 9 })], ['double']],
    ['beside one that never ended', [call(1, {}), call(6, { finishedAt: 9 })], ['double']],
  ])('%s', (_, calls, kinds) => {
    expect(judgeCalls('run', calls, fate).map(({ kind }) => kind)).toEqual(kinds)
  })

  it('a second one without a reason', () => {
    const calls = [call(1, { finishedAt: 5 }), call(6, { finishedAt: 9 })]
    const complaints = judgeCalls('run', calls, { ...fate, upstreamStruck: false })
    expect(complaints).toEqual([{ kind: 'double', what: 'run: 2 upstream calls' }])
  })
})
