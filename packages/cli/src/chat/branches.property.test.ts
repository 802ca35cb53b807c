/** Random walks: asking, retrying, editing, forking, comparing, compacting, and going to other branches. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { step, Walk } from './testing/branch-walk.ts'

const HARD = ['retry', 'edit of an earlier one', 'branch', 'fork', 'compare', 'reopen', 'compact']
const RUNS = 80

test('CONTRACT.md §1, Trees: each request follows the branch that is shown; nothing is lost, no id is used twice', async () => {
  const tally = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
      const walk = new Walk((what) => {
        tally.set(what, (tally.get(what) ?? 0) + 1)
      })
      await walk.begin()
      for (const one of steps) await walk.take(one)
      expect(walk.finish()).toEqual([])
    }),
    { numRuns: RUNS },
  )
  process.stdout.write(`branches: ${JSON.stringify(Object.fromEntries(tally))}\n`)
  expect(HARD.filter((what) => (tally.get(what) ?? 0) < RUNS / 10)).toEqual([])
}, 120_000)
