import { expect, test } from 'vitest'
import { cancelAtVendor } from './vendor-cancel.ts'

/** Posts that end like these, in turn; what `final` names is an answer for good. */
async function play(ends: readonly ('ok' | 'busy' | 'gone')[]) {
  const waits: number[] = []
  let posts = 0
  const done = await cancelAtVendor({
    post: async () => {
      const end = ends[posts]
      posts += 1
      if (end !== 'ok') throw new Error(end)
      return new Response()
    },
    isFinal: async (error) => error instanceof Error && error.message === 'gone',
    clock: {
      random: () => 0,
      wait: async (ms) => {
        waits.push(ms)
      },
    },
  })
  return { done, posts, waits }
}

test('is told once', async () => {
  expect(await play(['ok'])).toEqual({ done: true, posts: 1, waits: [] })
})

test('what is not there any more needs no telling', async () => {
  expect(await play(['gone'])).toEqual({ done: true, posts: 1, waits: [] })
})

test('a vendor that is busy is told again, three times in all', async () => {
  expect(await play(['busy', 'ok'])).toEqual({ done: true, posts: 2, waits: [500] })
  expect(await play(['busy', 'busy', 'busy', 'ok'])).toMatchObject({ done: false, posts: 3 })
})
