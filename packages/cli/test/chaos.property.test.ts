/** DESIGN.md §2 under faults: real clients, real sockets, a relay that is killed, an upstream that keeps its own record. */
import { startMockUpstream, temporaryFolder } from '@speak-code/testkit'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RelayUnderTest } from '../torture/relay-under-test.ts'
import { world } from './fixtures/chaos-plan.ts'
import type { Ground } from './fixtures/chaos-scene.ts'
import { type ChaosTally, newTally } from './fixtures/chaos-tally.ts'
import { happen } from './fixtures/chaos-world.ts'

/** Worlds take as long as the machine lets them: no new one is begun after this. */
const BUDGET_MS = 18_000
const WORLDS = 30
/** The least that says anything. */
const MIN_ANSWERS = 8
/** Of these, so many had two drops inside. Few answers can have fewer by chance: then more worlds are begun. */
const MIN_DROPPED_TWICE = 0.5

const folder = temporaryFolder()
let ground: Ground

beforeAll(async () => {
  const upstream = await startMockUpstream()
  const relay = await RelayUnderTest.start({ folder: folder.path, upstream: upstream.url, seed: 1 })
  ground = { upstream, relay, folder: folder.path, tally: newTally() }
})
afterAll(async () => {
  await ground.relay.stop()
  await ground.upstream.stop()
  folder.remove()
})

const isRich = ({
  answers,
  twoDropsInside,
  astral,
  pairCut,
  cancelled,
  restarted,
  completed,
}: ChaosTally): boolean =>
  answers >= MIN_ANSWERS &&
  twoDropsInside / answers >= MIN_DROPPED_TWICE &&
  Math.min(astral, pairCut, cancelled, restarted, completed) > 0

it('L1 L2 L3 L4 L5 L6 L11 any answer, drops, restarts and cancels: every terminal has what the upstream said, asked once', async () => {
  const until = performance.now() + BUDGET_MS
  const { tally } = ground
  await fc.assert(
    fc.asyncProperty(world, async (plan) => {
      if (performance.now() > until && isRich(ground.tally)) return
      expect(await happen(plan, ground)).toEqual([])
    }),
    // Shrinking would take minutes; the plan that failed is printed whole, for a named test.
    { numRuns: WORLDS, endOnFailure: true },
  )
  process.stdout.write(`generated: ${JSON.stringify(tally)}\n`)
  expect(isRich(tally), 'hard cases of every kind').toBe(true)
}, 120_000)
