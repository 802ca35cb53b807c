import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LocalChunk, LocalStore } from './local-store.ts'
import { openLocalStore } from './sqlite-store.ts'
import { accept, endOf, historyPath, question } from './testing/history.ts'

const pieces = fc.array(
  fc.record({
    delta: fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed()),
    channel: fc.constantFrom('text', 'reasoning', 'refusal'),
  }),
  { minLength: 1, maxLength: 25 },
)
/** What is told next: some chunks on, some of the last ones again, a reopening, or an end before its time. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('chunks' as const), count: fc.nat(6) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('again' as const), count: fc.nat(6) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('reopen' as const), count: fc.constant(0) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('early end' as const), count: fc.constant(0) }),
  },
)

describe('any interleaving', () => {
  it('L2, L7: chunks, repeats, early ends and reopenings give the text of the chunks in order', () => {
    fc.assert(
      fc.property(pieces, fc.array(step, { maxLength: 30 }), (answer, steps) => {
        const path = historyPath()
        const chat = question('q')
        const chunks = answer.map(({ delta, channel }, index): LocalChunk => ({
          runId: chat.id,
          seq: index + 1,
          delta,
          ...(channel === 'text' ? {} : { channel }),
        }))
        const textOf = (wanted: string, upTo = answer.length): string =>
          answer
            .slice(0, upTo)
            .filter(({ channel }) => channel === wanted)
            .map(({ delta }) => delta)
            .join('')
        const end = endOf(chat.id, chunks.length + 1, 'another text')
        let store: LocalStore = openLocalStore(path)
        store.recordSend(chat)
        accept(store, chat)
        let told = 0
        for (const { do: what, count } of steps) {
          if (what === 'chunks') {
            store.recordChunks(chunks.slice(told, told + count))
            told = Math.min(chunks.length, told + count)
          } else if (what === 'again') {
            store.recordChunks(chunks.slice(Math.max(0, told - count), told))
          } else if (what === 'early end') {
            if (told < chunks.length) store.recordEnd(chat.id, end)
          } else {
            store.close()
            store = openLocalStore(path)
          }
          expect(store.openRuns()).toMatchObject([{ seq: told }])
          expect(store.messages(chat.conversationId)[1]).toMatchObject({
            content: textOf('text', told),
            reasoning: textOf('reasoning', told),
            refusal: textOf('refusal', told),
            status: 'started',
          })
        }
        store.recordChunks(chunks.slice(told))
        store.recordEnd(chat.id, end)
        store.recordEnd(chat.id, end)
        expect(store.openRuns()).toEqual([])
        expect(store.messages(chat.conversationId)[1]).toMatchObject({
          content: textOf('text'),
          reasoning: textOf('reasoning'),
          refusal: textOf('refusal'),
          status: 'completed',
        })
        store.close()
      }),
      { numRuns: 60 },
    )
  })
})
