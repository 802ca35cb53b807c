/** L1, L2, L5: whatever is cut and killed, a background answer comes out whole, numbered without holes, and paid for once. */
import { createHash, randomUUID } from 'node:crypto'
import type { ChatRequest, StreamChunk } from '@speak-code/protocol'
import type { BackgroundStep } from '@speak-code/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { background, BackgroundGround, labRequest } from './testing/background-ground.ts'
import { RelayClient } from './testing/relay-client.ts'
import type { KillPoint, RelayProcess } from './testing/relay-process.ts'

const ground = new BackgroundGround()

const CASES = 12
/** The first event, which brings the answer's id, is shorter. */
const AFTER_ID = 600

const tally = {
  cases: 0,
  kills: 0,
  killedTwice: 0,
  drops: 0,
  pairCut: 0,
  completed: 0,
  interrupted: 0,
}

/** A text in pieces, cut anywhere between its code units: many of its characters have two. */
const pieces = fc
  .tuple(
    fc.array(fc.constantFrom('a', ' ', '漢', '😀', '😀', '🇩🇪', '👩‍👧'), {
      minLength: 12,
      maxLength: 40,
    }),
    fc.array(fc.nat(60), { minLength: 6, maxLength: 12 }),
  )
  .map(([characters, cuts]) => {
    const text = characters.join('')
    const places = [...new Set(cuts)].filter((cut) => cut > 0 && cut < text.length)
    const from = [0, ...places.toSorted((a, b) => a - b)]
    return from.map((start, at) => text.slice(start, from[at + 1]))
  })

const death: fc.Arbitrary<KillPoint> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      statement: fc.constant('append'),
      when: fc.constantFrom('before', 'after'),
      skip: fc.nat(2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      statement: fc.constant('UPDATE runs SET status'),
      when: fc.constantFrom('before', 'after'),
      skip: fc.constant(0),
    }),
  },
)

const world = fc.record({
  parts: pieces,
  deaths: fc.array(death, { minLength: 2, maxLength: 3 }),
  drops: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.tuple(fc.integer({ min: AFTER_ID, max: 3000 }), fc.nat(1500)) },
  ),
})

/** Chance does not bring it each time: killed in mid-text, and again by the first piece that is read on. */
const KILLED_TWICE = {
  parts: Array.from('twelve parts'),
  deaths: [
    { statement: 'append', when: 'after', skip: 2 },
    { statement: 'append', when: 'after', skip: 0 },
  ] satisfies KillPoint[],
  drops: [] as const,
}

/** What a client saw, until the end or until its relay was gone. */
async function seenAt(relay: RelayProcess, request: ChatRequest): Promise<readonly StreamChunk[]> {
  // A relay may die while it reads on, before anybody has come.
  const client = await RelayClient.open(relay.url).catch(() => undefined)
  if (client === undefined) return []
  client.send(request)
  const ended = client.wait('chunk', ({ done }) => done).catch(() => undefined)
  await Promise.race([ended, client.waitClosed().catch(() => undefined)])
  client.ws.terminate()
  return client.of('chunk')
}

async function live(
  steps: readonly BackgroundStep[],
  drops: readonly number[],
  deaths: KillPoint[],
) {
  await ground.upstream.reset()
  await ground.upstream.script(background(steps, { id: `resp_${randomUUID()}`, drops }))
  const request = labRequest()
  const lives: (readonly StreamChunk[])[] = []
  for (;;) {
    const relay = await ground.lab('[run]\nmax_retry_wait_secs = 0.05')
    const next = deaths[lives.length]
    if (next !== undefined) relay.dieAt(next)
    const seen = await seenAt(relay, request)
    lives.push(seen)
    const end = seen.at(-1)
    await relay.kill()
    if (end?.done === true) return { lives, end }
    if (lives.length > deaths.length) throw new Error('no end came')
  }
}

test('text, numbers, hash and calls', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ parts, deaths, drops }) => {
      const steps = parts.flatMap((text): BackgroundStep[] => [{ text }, { delayMs: 25 }])
      const { lives, end } = await live(steps, drops, deaths)
      const last = lives.at(-1) ?? []
      expect(last.map(({ seq }) => seq)).toEqual(last.map((_, index) => index + 1))
      for (const seen of lives) expect(seen).toEqual(last.slice(0, seen.length))
      const text = last.map(({ delta }) => delta).join('')
      expect(end.textSha256).toBe(createHash('sha256').update(text).digest('hex'))
      const { posts, readFrom, cancels } = await ground.asked()
      expect({ posts, cancels }).toEqual({ posts: 1, cancels: 0 })
      tally.cases += 1
      tally.kills += lives.length - 1
      if (lives.length > 2) tally.killedTwice += 1
      // A relay that is killed before it reads on hides one.
      tally.drops += Math.max(0, readFrom.length - (lives.length - 1))
      if (parts.some((part) => !part.isWellFormed())) tally.pairCut += 1
      // Interrupted is only what died before its relay could know that there was an answer.
      const isWhole = end.status === 'completed'
      tally[isWhole ? 'completed' : 'interrupted'] += 1
      expect(text).toBe(isWhole ? parts.join('') : '')
      expect(end.error?.code).toBe(isWhole ? undefined : 'interrupted')
      expect(isWhole || readFrom.length === 0).toBe(true)
    }),
    {
      numRuns: CASES,
      examples: [[KILLED_TWICE]],
      interruptAfterTimeLimit: 150_000,
      markInterruptAsFailure: true,
    },
  )
  process.stdout.write(`background answers: ${JSON.stringify(tally)}\n`)
  expect(tally.completed).toBeGreaterThanOrEqual(CASES / 3)
  expect(tally.kills).toBeGreaterThanOrEqual(6)
  expect(tally.killedTwice).toBeGreaterThanOrEqual(1)
  expect(tally.drops).toBeGreaterThanOrEqual(3)
  expect(tally.pairCut).toBeGreaterThanOrEqual(5)
}, 200_000)
