import { describe, expect, test } from 'vitest'
import { plainText } from '../terminal/styled-row.ts'
import { initialView, view, type ViewAction, type ViewState } from './view-state.ts'

const after = (...actions: ViewAction[]): ViewState =>
  actions.reduce((state, action) => view(state, action), initialView(40, 24, 0))

const printed = (state: ViewState): string[] =>
  state.blocks.flatMap(({ rows }) => rows.map(plainText))

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

  test('lines that come in mid-answer stand between what was before and after', () => {
    const state = after(
      { type: 'answering', runId: 'r', at: 0 },
      { type: 'delta', delta: 'before ' },
      { type: 'lines', lines: [{ tone: 'plain', text: 'said' }] },
      { type: 'delta', delta: 'after' },
      { type: 'answered', lines: [] },
    )
    expect(printed(state)).toEqual(['before', '', 'said', '', 'after'])
  })

  test('L12: questions and lines are made harmless too', () => {
    const state = after(
      { type: 'question', text: 'a\u001b[31mb' },
      { type: 'lines', lines: [{ tone: 'error', text: '\u0007bell' }] },
    )
    expect(printed(state).join('')).toBe('› a␛[31mb␇bell')
  })

  test('an opened conversation begins a generation with its messages', () => {
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
    expect(state.generation).toBe(1)
    expect(printed(state)).toEqual([
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
