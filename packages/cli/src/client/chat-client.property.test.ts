import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { settled } from './testing/fake-clock.ts'
import { Harness } from './testing/harness.ts'

interface Piece {
  readonly text: string
  readonly channel: 'reasoning' | undefined
}

/** What happens next; `run` is taken modulo the number of runs. */
type Deed =
  | { readonly kind: 'publish'; readonly run: number; readonly count: number }
  /** A piece that does not arrive, though what follows does. */
  | { readonly kind: 'hole'; readonly run: number }
  /** A piece that arrives as another. */
  | { readonly kind: 'corrupt'; readonly run: number }
  /** What had arrived comes once more. */
  | { readonly kind: 'repeat'; readonly run: number }
  | { readonly kind: 'cut' }
  /** The connection breaks off after so many more frames. */
  | { readonly kind: 'cutAfter'; readonly frames: number }
  | { readonly kind: 'blackHole' }
  | { readonly kind: 'outage' }
  | { readonly kind: 'sleep' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cancel'; readonly run: number }
  | { readonly kind: 'kill' }

const run = fc.nat(2)
const alone = <K extends Deed['kind']>(kind: K): fc.Arbitrary<{ kind: K }> => fc.constant({ kind })

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('publish'),
      run,
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hole'), run }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('corrupt'), run }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat'), run }) },
  { weight: 3, arbitrary: alone('cut') },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('cutAfter'), frames: fc.nat(6) }),
  },
  { weight: 1, arbitrary: alone('blackHole') },
  { weight: 1, arbitrary: alone('outage') },
  { weight: 1, arbitrary: alone('sleep') },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 3000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel'), run }) },
  { weight: 1, arbitrary: alone('kill') },
)

const piece: fc.Arbitrary<Piece> = fc.record({
  text: fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
  channel: fc.constantFrom(undefined, undefined, undefined, 'reasoning' as const),
})

const scenario = fc.record({
  sources: fc.array(fc.array(piece, { minLength: 6, maxLength: 30, size: 'max' }), {
    minLength: 1,
    maxLength: 3,
  }),
  deeds: fc.array(deed, { minLength: 12, maxLength: 60, size: 'max' }),
  trimmed: fc.boolean(),
})

/** How often what was generated is a hard case, in scenarios. */
const tally = {
  scenarios: 0,
  twoDropsInside: 0,
  astral: 0,
  cancelled: 0,
  killed: 0,
  corrupted: 0,
  holes: 0,
  snapshots: 0,
  drops: 0,
}

/** One scenario as it runs: the harness of now, those of earlier sessions, what has been published. */
class Scenario {
  readonly sessions: Harness[]
  readonly ids: string[] = []
  readonly published: number[] = []
  readonly cancelled = new Set<string>()
  readonly dropsInside = new Map<string, number>()
  readonly seen = { corrupt: false, hole: false, killed: false }
  readonly #sources: readonly (readonly Piece[])[]

  constructor(sources: readonly (readonly Piece[])[]) {
    this.#sources = sources
    this.sessions = [new Harness()]
  }

  get h(): Harness {
    const last = this.sessions.at(-1)
    if (last === undefined) throw new Error('no session')
    return last
  }

  async begin(): Promise<void> {
    await this.h.connect()
    for (const _ of this.#sources) {
      this.ids.push(await this.h.ask())
      this.published.push(0)
    }
  }

  async perform(next: Deed): Promise<void> {
    const { relay, clock } = this.h
    switch (next.kind) {
      case 'publish':
        for (let done = 0; done < next.count; done += 1) this.publish(next.run)
        break
      case 'hole':
        this.#unheard(next.run, 'hole')
        break
      case 'corrupt':
        this.#unheard(next.run, 'corrupt')
        break
      case 'repeat': {
        const known = relay.runs.get(this.#id(next.run))
        for (let seq = 1; seq <= (known?.tail ?? 0); seq += 1) {
          const frame = known?.frame(seq)
          if (frame !== undefined) relay.session.send(frame)
        }
        break
      }
      case 'cut':
        this.#dropped()
        relay.session.cut()
        break
      case 'cutAfter':
        this.#dropped()
        relay.session.framesLeft = next.frames
        break
      case 'blackHole':
        this.#dropped()
        relay.session.blackHole = true
        break
      case 'outage':
        this.#dropped()
        relay.stop()
        await clock.advance(2000)
        relay.start()
        break
      case 'sleep':
        clock.sleep(3_600_000)
        break
      case 'wait':
        await clock.advance(next.ms)
        break
      case 'cancel': {
        const id = this.#id(next.run)
        this.cancelled.add(id)
        this.h.client.cancel(id)
        break
      }
      case 'kill':
        this.seen.killed = true
        this.#dropped()
        await this.h.kill()
        this.sessions.push(new Harness({}, this.h))
        await this.h.connect()
        this.h.client.restore()
        break
    }
    await settled()
  }

  publish(which: number): void {
    const index = which % this.ids.length
    const next = this.#sources[index]?.[this.published[index] ?? 0]
    const id = this.#id(index)
    const known = this.h.relay.runs.get(id)
    if (next === undefined || known === undefined || known.end !== undefined) return
    this.published[index] = (this.published[index] ?? 0) + 1
    this.h.relay.publish(id, next.text, next.channel)
  }

  /** Everything works again, and every answer comes to its end. */
  async finish(trimmed: boolean): Promise<void> {
    const { relay, clock } = this.h
    relay.start()
    await clock.advance(120_000)
    for (const [index, source] of this.#sources.entries()) {
      for (let done = 0; done < source.length; done += 1) this.publish(index)
    }
    if (trimmed) this.#trim()
    for (const id of this.ids) if (relay.runs.has(id)) relay.end(id)
    await clock.advance(120_000)
  }

  #trim(): void {
    const { relay } = this.h
    relay.session.cut()
    for (const id of this.ids) {
      const known = relay.runs.get(id)
      if (known === undefined) continue
      relay.end(id)
      known.trimmed = true
    }
  }

  #id(which: number): string {
    return this.ids[which % this.ids.length] ?? ''
  }

  /** The next piece goes to the journal, but does not reach the client, or reaches it as another. */
  #unheard(which: number, how: 'hole' | 'corrupt'): void {
    const id = this.#id(which)
    const { session, runs } = this.h.relay
    if (!session.open || !session.following.delete(id)) return
    const before = runs.get(id)?.tail
    this.publish(which)
    session.following.add(id)
    const seq = runs.get(id)?.tail
    if (seq === undefined || seq === before) return
    this.seen[how] = true
    if (how === 'corrupt') {
      session.send({ type: 'chunk', id, seq, delta: 'garbled', done: false })
    }
  }

  #dropped(): void {
    for (const [index, id] of this.ids.entries()) {
      const known = this.h.relay.runs.get(id)
      const inside = (this.published[index] ?? 0) > 0 && known?.end === undefined
      if (inside) this.dropsInside.set(id, (this.dropsInside.get(id) ?? 0) + 1)
    }
  }
}

function check(scene: Scenario, sources: readonly (readonly Piece[])[]): void {
  const { relay, store } = scene.h
  for (const [index, id] of scene.ids.entries()) {
    assert.ok((relay.calls.get(id) ?? 0) <= 1, 'one upstream call per id')
    const ends = scene.sessions.flatMap((session) => session.of('end', id))
    if (scene.sessions.some((session) => session.of('withdrawn', id).length > 0)) {
      assert.ok(scene.cancelled.has(id))
      assert.deepEqual(ends, [])
      assert.equal(store.runs.has(id), false)
      continue
    }
    const truth = relay.runs.get(id)
    if (!scene.cancelled.has(id)) {
      const source = sources[index] ?? []
      const text = source.filter((each) => each.channel === undefined).map((each) => each.text)
      assert.equal(truth?.all(), text.join(''))
    }
    assert.deepEqual(
      ends.map((end) => end.verified),
      [true],
      'one end, verified',
    )
    const teller = scene.sessions.find((session) => session.of('end', id).length > 0)
    assert.equal(teller?.told(id), truth?.all())
    assert.equal(store.textOf(id), truth?.all())
    assert.equal(store.textOf(id, 'reasoning'), truth?.all('reasoning'))
    for (const session of scene.sessions) checkNumbers(session, id)
  }
}

/** Each seq once and in order, from the start or from what replaced it. */
function checkNumbers(session: Harness, id: string): void {
  let last = 0
  for (const event of session.events) {
    if (event.type === 'replaced' && event.runId === id) last = event.seq
    if (event.type === 'delta' && event.runId === id) {
      assert.equal(event.seq, last + 1)
      last = event.seq
    }
  }
}

function count(scene: Scenario, sources: readonly (readonly Piece[])[]): void {
  const drops = Math.max(0, ...scene.dropsInside.values())
  tally.scenarios += 1
  tally.drops += drops
  tally.twoDropsInside += Number(drops >= 2)
  tally.astral += Number(sources.flat().some((each) => /[\u{10000}-\u{10ffff}]/u.test(each.text)))
  tally.cancelled += Number(scene.cancelled.size > 0)
  tally.killed += Number(scene.seen.killed)
  tally.corrupted += Number(scene.seen.corrupt)
  tally.holes += Number(scene.seen.hole)
  const replaced = scene.sessions.some((session) => session.of('replaced').length > 0)
  tally.snapshots += Number(replaced)
}

it('L2 L3 L5 T79–T82 any schedule of drops, resumes, repeats and kills yields exactly the source’s text, each seq once, one end', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ sources, deeds, trimmed }) => {
      const scene = new Scenario(sources)
      await scene.begin()
      for (const next of deeds) await scene.perform(next)
      await scene.finish(trimmed)
      check(scene, sources)
      count(scene, sources)
      await scene.h.kill()
    }),
    { numRuns: 300 },
  )
  process.stdout.write(`generated: ${JSON.stringify(tally)}\n`)
  const { scenarios } = tally
  expect(tally.twoDropsInside / scenarios, 'two drops inside').toBeGreaterThan(0.5)
  expect(tally.astral / scenarios, 'astral characters').toBeGreaterThan(0.3)
  expect(tally.cancelled / scenarios, 'a cancel').toBeGreaterThan(0.2)
  expect(tally.killed / scenarios, 'the client is killed').toBeGreaterThan(0.2)
  expect(tally.corrupted / scenarios, 'a wrong piece').toBeGreaterThan(0.1)
  expect(tally.holes / scenarios, 'a hole').toBeGreaterThan(0.1)
}, 60_000)
