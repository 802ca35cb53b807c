import { describe, expect, test } from 'vitest'
import { plainText, type StyledRow } from '../terminal/styled-row.ts'
import { grow, liveAnswer, settle, tailOf, type Extent, type Part } from './live-answer.ts'

const extent = (change: Partial<Extent> = {}): Extent => ({
  columns: 40,
  tailRows: 5,
  showReasoning: false,
  ...change,
})

function play(deltas: readonly (readonly [Part, string])[], size: Extent): readonly StyledRow[] {
  let live = liveAnswer(0)
  const rows: StyledRow[] = []
  for (const [part, delta] of deltas) {
    const step = grow(live, delta, part, size)
    live = step.live
    rows.push(...step.rows)
  }
  return [...rows, ...settle(live, size)]
}

const texts = (rows: readonly StyledRow[]): string[] => rows.map(plainText)

describe('an answer while it arrives', () => {
  test('its text is Markdown', () => {
    const rows = play([['text', 'some **bold** text']], extent())
    expect(texts(rows)).toEqual(['some bold text'])
  })

  test('what is finished is printed, what is open is the tail', () => {
    const step = grow(liveAnswer(0), 'one\n\ntwo\n\nthree', 'text', extent())
    expect(texts(step.rows)[0]).toBe('one')
    expect(texts(tailOf(step.live, extent())).at(-1)).toBe('three')
  })

  test('reasoning is summed up in a line, or printed dimmed at a distance from the answer', () => {
    const deltas = [
      ['reasoning', 'let me '],
      ['reasoning', 'think'],
      ['text', 'done'],
    ] as const
    expect(texts(play(deltas, extent()))).toEqual(['Reasoned in 12 characters.', '', 'done'])
    const shown = play(deltas, extent({ showReasoning: true }))
    expect(texts(shown)).toEqual(['let me think', '', 'done'])
    expect(shown[0]?.[0]?.meaning).toBe('reasoning')
  })

  test('hidden reasoning has no open end, only a size', () => {
    const { live } = grow(liveAnswer(0), 'let me think', 'reasoning', extent())
    expect(tailOf(live, extent())).toEqual([])
    expect(live.reasoned).toBe(12)
  })

  test('a refusal is a warning, and no Markdown', () => {
    const rows = play([['refusal', 'I will *not* do that.']], extent())
    expect(rows).toEqual([[{ meaning: 'warning', text: 'I will *not* do that.' }]])
  })
})
