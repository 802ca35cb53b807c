import { describe, expect, test } from 'vitest'
import type { ConnectionStatus } from '../../client/client.ts'
import { widthOf } from '../../terminal/graphemes.ts'
import { plainText } from '../../terminal/styled-row.ts'
import { composerWith } from '../composer/composer-state.ts'
import { liveAnswer } from '../live-answer.ts'
import { initialView, type ViewState } from '../view-state.ts'
import { DEFAULT_KEY_NAMES } from './key-names.ts'
import { statusRow } from './status-row.ts'

const UP: ConnectionStatus = {
  state: { name: 'Connected' },
  relay: '',
  attempt: 0,
  maxAttempts: 5,
  draining: false,
}

function status(change: Partial<ViewState>, draft = '', columns = 80): string {
  const view = { ...initialView(columns, 24, 0), connection: UP, ...change }
  const shown = plainText(statusRow(view, composerWith([], draft)))
  expect(widthOf(shown)).toBeLessThanOrEqual(columns)
  return shown.trimStart()
}

const waiting = (state: 'queued' | 'held'): ViewState['waiting'] => [
  { runId: 'a', text: 'next', state },
]

describe('the status line', () => {
  test.each([
    ['at rest', {}, '', '/help · Ctrl-D leaves'],
    ['while typing', {}, 'Hi', 'Enter sends · Ctrl-J new line'],
    ['under an answer', { live: liveAnswer(0) }, '', 'Esc stops'],
    ['typing under an answer', { live: liveAnswer(0) }, 'Hi', 'Esc stops · Enter queues'],
    ['after a stop', { waiting: waiting('held') }, '', '1 queued · Enter sends what is held'],
    [
      'after the last attempt',
      { connection: { ...UP, state: { name: 'Disconnected' } } },
      '',
      'Ctrl-R reconnects now',
    ],
    ['while connecting', { connection: { ...UP, state: { name: 'Connecting' } } }, '', '/help'],
    ['with reasoning', { showReasoning: true }, '', 'reasoning shown'],
  ] satisfies [string, Partial<ViewState>, string, string][])(
    '%s has hints that are true for the moment',
    (_, change, draft, shown) => {
      expect(status(change, draft)).toContain(shown)
    },
  )

  test('hints have the keys as they are bound, and none for an action without a key', () => {
    const { leave: _, ...others } = DEFAULT_KEY_NAMES
    const keys = { ...others, newline: 'Shift-Enter', stop: 'Ctrl-X' }
    expect(status({ keys }, 'Hi')).toBe('Enter sends · Shift-Enter new line')
    expect(status({ keys, live: liveAnswer(0) })).toBe('Esc stops'.replace('Esc', 'Ctrl-X'))
    expect(status({ keys })).toBe('/help')
  })

  test('cost is hidden while it is unknown', () => {
    expect(status({ tokens: 38 })).toBe('38 tokens · /help · Ctrl-D leaves')
    expect(status({ tokens: 38, cost: { amount: 0.00042, currency: 'USD' } })).toBe(
      '38 tokens · 0.0004 USD · /help · Ctrl-D leaves',
    )
  })

  test.each([
    [120, '38 tokens · 0.0042 USD · 1 queued · reasoning shown · Esc stops · Enter queues'],
    [80, '38 tokens · 0.0042 USD · 1 queued · reasoning shown · Esc stops · Enter queues'],
    [60, '38 tokens · 1 queued · Esc stops · Enter queues'],
    [40, '1 queued · Esc stops · Enter queues'],
    [20, 'Esc stops'],
  ])('at %i columns the hints stay longest: %s', (columns, shown) => {
    const view: Partial<ViewState> = {
      tokens: 38,
      cost: { amount: 0.0042, currency: 'USD' },
      waiting: waiting('queued'),
      live: liveAnswer(0),
      showReasoning: true,
    }
    expect(status(view, 'And then?', columns)).toBe(shown)
  })
})
