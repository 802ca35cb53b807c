import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConnectionStatus } from '../client/client.ts'
import { composerWith } from './composer/composer-state.ts'
import { widthOf } from '../terminal/graphemes.ts'
import { answerRows } from './region/answer-rows.ts'
import { liveRegion } from './live-region.ts'
import { tailRows } from './screen-plan.ts'
import { plainText } from '../terminal/styled-row.ts'
import { initialView, view, type ViewAction, type ViewState } from './view-state.ts'

const CONNECTED: ConnectionStatus = {
  state: { name: 'Connected' },
  relay: 'this machine’s own relay',
  attempt: 0,
  maxAttempts: 5,
  draining: false,
}

const after = (state: ViewState, ...actions: ViewAction[]): ViewState =>
  actions.reduce((before, action) => view(before, action), state)

const shown = (state: ViewState, draft = ''): string[] =>
  liveRegion(state, composerWith([], draft)).rows.map(plainText)

describe('the live region', () => {
  const connected = after(
    initialView(80, 24, 1000),
    { type: 'connection', status: CONNECTED },
    { type: 'model', model: 'demo/demo' },
  )

  test('has state, relay, composer, model and hints', () => {
    expect(shown(connected)).toEqual([
      '',
      '● Connected · this machine’s own relay · demo/demo',
      '› Ask anything',
      '  /help · Ctrl-D leaves',
    ])
  })

  test('counts down to the next attempt, with why', () => {
    const status: ConnectionStatus = {
      ...CONNECTED,
      state: { name: 'Connecting' },
      attempt: 2,
      retryAt: 4000,
      failure: { code: 'relay_unreachable', message: 'connection refused' },
    }
    const state = after(connected, { type: 'connection', status })
    expect(shown(state)[1]).toBe(
      '● Reconnecting in 3 s (2/5) · this machine’s own relay · connection refused',
    )
    expect(shown(state)[3]).toContain('Ctrl-R reconnects now')
    expect(shown(after(state, { type: 'tick', now: 3500 }))[1]).toContain('in 1 s')
  })

  test('shows what waits and what goes along', () => {
    const state = after(
      connected,
      { type: 'answering', runId: 'r', at: 1000 },
      { type: 'delta', delta: 'Hello' },
      { type: 'tick', now: 4200 },
      {
        type: 'waiting',
        questions: [
          { runId: 'a', text: 'next?', state: 'queued' },
          { runId: 'b', text: 'later?', state: 'postponed', at: 9000 },
        ],
      },
      { type: 'attachments', names: ['a.txt'] },
    )
    expect(shown(state)).toEqual([
      '1 queued  next?',
      '2 again in 5 s  later?',
      'with a.txt',
      '● Connected · this machine’s own relay · demo/demo',
      '› Ask anything',
      '  2 queued · Esc stops · ↑ edits what waits',
    ])
  })

  test('is lower than the terminal and never wider, at every size, and the cursor is in it', () => {
    const size = fc.record({
      columns: fc.integer({ min: 12, max: 200 }),
      rows: fc.integer({ min: 5, max: 60 }),
    })
    const prose = fc.string({
      unit: fc.constantFrom('a', 'word ', '\n', '日本', '👩‍👩‍👧'),
      maxLength: 400,
    })
    fc.assert(
      fc.property(size, prose, prose, fc.nat(12), ({ columns, rows }, answer, draft, waiting) => {
        const state = after(
          initialView(columns, rows, 0),
          { type: 'connection', status: CONNECTED },
          { type: 'answering', runId: 'r', at: 0 },
          { type: 'delta', delta: answer },
          { type: 'notice', text: 'trying again' },
          {
            type: 'waiting',
            questions: Array.from({ length: waiting }, (_, index) => ({
              runId: String(index),
              text: draft,
              state: 'queued' as const,
            })),
          },
        )
        const region = liveRegion(state, composerWith([], draft))
        expect(region.rows.length).toBeLessThan(rows)
        for (const spans of region.rows)
          expect(widthOf(plainText(spans))).toBeLessThanOrEqual(columns)
        expect(region.cursor.y).toBeLessThan(region.rows.length)
        expect(region.cursor.x).toBeLessThan(columns)
      }),
    )
  })

  test('leaves the open end of the answer its room at common sizes', () => {
    for (const rows of [12, 16, 24, 30, 50]) {
      const state = after(
        initialView(80, rows, 0),
        { type: 'connection', status: CONNECTED },
        { type: 'answering', runId: 'r', at: 0 },
        { type: 'delta', delta: 'x' },
        { type: 'notice', text: 'trying again' },
        { type: 'attachments', names: ['a.txt'] },
      )
      const height = shown(state).length + answerRows(state).length + tailRows(rows)
      expect(height).toBeLessThan(rows)
    }
  })
})
