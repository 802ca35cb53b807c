import { describe, expect, test } from 'vitest'
import { plainText } from '../terminal/styled-row.ts'
import { initialView, view, type ViewAction, type ViewState } from './view-state.ts'

const after = (...actions: ViewAction[]): ViewState =>
  actions.reduce((state, action) => view(state, action), initialView(40, 24, 0))

const printed = (state: ViewState): string[] => state.printed.map(plainText)

describe('what is printed', () => {
  test('a question, its answer, and what is said of its end', () => {
    const state = after(
      { type: 'question', text: 'why?' },
      { type: 'answering', runId: 'r', at: 0 },
      { type: 'delta', delta: 'because' },
      { type: 'answered', lines: [{ tone: 'meta', text: 'figures' }] },
    )
    expect(printed(state)).toEqual(['', '› why?', '', 'because', '', 'figures'])
    expect(state.live).toBeUndefined()
  })

  test('lines that come in mid-answer stand above its open end, which stays in one piece', () => {
    const state = after(
      { type: 'answering', runId: 'r', at: 0 },
      { type: 'delta', delta: 'first\n\nbefore ' },
      { type: 'lines', lines: [{ tone: 'plain', text: 'said' }] },
      { type: 'delta', delta: 'after' },
      { type: 'answered', lines: [] },
    )
    expect(printed(state).filter((text) => text !== '')).toEqual(['first', 'said', 'before after'])
  })

  test('what is open is printed when the person leaves', () => {
    const state = after(
      { type: 'answering', runId: 'r', at: 0 },
      { type: 'delta', delta: 'half an ans' },
      { type: 'left' },
    )
    expect(printed(state)).toEqual(['half an ans'])
    expect(state.leaving).toBe(true)
  })

  test('a terminal that becomes lower has the rows printed that may have left it, as they were drawn', () => {
    const rows = Array.from({ length: 9 }, (_, row) => `row ${row} of the paragraph that fills it`)
    const open = after(
      { type: 'resized', columns: 40, rows: 50 },
      { type: 'answering', runId: 'r', at: 0 },
      { type: 'delta', delta: rows.join(' ') },
    )
    expect(printed(open)).toEqual([])
    const lower = view(open, { type: 'resized', columns: 40, rows: 10 })
    expect(printed(lower).length).toBeGreaterThan(0)
    const whole = view(lower, { type: 'answered', lines: [] })
    expect(printed(whole).join(' ')).toBe(rows.join(' '))
  })

  test('what may have left it on the way to its size is printed too', () => {
    const open = after(
      { type: 'resized', columns: 40, rows: 50 },
      { type: 'answering', runId: 'r', at: 0 },
      { type: 'delta', delta: 'a paragraph of several rows '.repeat(9) },
    )
    const least = { columns: 40, rows: 10 }
    const higher = view(open, { type: 'resized', columns: 40, rows: 60, least })
    const lower = view(open, { type: 'resized', ...least })
    expect(printed(higher)).toEqual(printed(lower))
    expect(printed(higher).length).toBeGreaterThan(0)
  })

  test('L12: questions and lines are made harmless too', () => {
    const state = after(
      { type: 'question', text: 'a\u001b[31mb' },
      { type: 'lines', lines: [{ tone: 'error', text: '\u0007bell' }] },
    )
    expect(printed(state).join('')).toBe('› a␛[31mb␇bell')
  })

  test('an opened conversation is printed with its messages', () => {
    const state = after(
      { type: 'question', text: 'of before' },
      {
        type: 'opened',
        conversationId: 'c',
        title: 'A title',
        omitted: 3,
        messages: [
          { role: 'user', text: 'why?', lines: [] },
          {
            role: 'assistant',
            text: 'because',
            reasoning: '',
            refusal: '',
            lines: [{ tone: 'warning', text: 'Stopped.' }],
          },
        ],
      },
    )
    expect(printed(state)).toEqual([
      '',
      '› of before',
      '',
      '',
      'A title',
      '3 earlier messages are in the history: speak-code history show',
      '',
      '› why?',
      '',
      'because',
      '',
      'Stopped.',
    ])
  })
})

describe('what passes', () => {
  test('a flash goes with the time, a notice with the next delta', () => {
    const flash = after({ type: 'flash', text: 'hm', until: 1500 })
    expect(view(flash, { type: 'tick', now: 1000 }).flash?.text).toBe('hm')
    expect(view(flash, { type: 'tick', now: 1500 }).flash).toBeUndefined()
    const notice = after(
      { type: 'answering', runId: 'r', at: 0 },
      { type: 'notice', text: 'trying again' },
    )
    expect(notice.notice?.text).toBe('trying again')
    expect(view(notice, { type: 'delta', delta: 'x' }).notice).toBeUndefined()
  })
})
