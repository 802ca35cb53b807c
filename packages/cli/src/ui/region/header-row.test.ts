import { describe, expect, test } from 'vitest'
import type { ConnectionStatus } from '../../client/client.ts'
import { widthOf } from '../../terminal/graphemes.ts'
import { plainText } from '../../terminal/styled-row.ts'
import { initialView, type ViewState } from '../view-state.ts'
import { headerRow } from './header-row.ts'

const CONNECTED: ConnectionStatus = {
  state: { name: 'Connected' },
  relay: 'this machine’s own relay',
  attempt: 0,
  maxAttempts: 5,
  draining: false,
}

const TRYING: ConnectionStatus = {
  ...CONNECTED,
  state: { name: 'Connecting' },
  relay: 'ws://relay.example.com:3000/ws/chat',
  attempt: 2,
  retryAt: 4000,
  failure: { code: 'relay_unreachable', message: 'The connection was refused.' },
}

function header(
  connection: ConnectionStatus,
  columns: number,
  change: Partial<ViewState> = {},
): string {
  const row = headerRow({
    ...initialView(columns, 24, 1000),
    connection,
    model: 'openai/gpt-5-mini',
    title: 'Why is the sky blue?',
    ...change,
  })
  expect(widthOf(plainText(row))).toBeLessThanOrEqual(columns)
  return plainText(row)
}

describe('the header', () => {
  test.each([
    [120, '● Connected · this machine’s own relay · openai/gpt-5-mini · Why is the sky blue?'],
    [80, '● Connected · this machine’s own relay · openai/gpt-5-mini · Why is the sky blu…'],
    [60, '● Connected · this machine’s own relay · openai/gpt-5-mini'],
    [40, '● Connected · openai/gpt-5-mini'],
  ])('at %i columns has %s', (columns, shown) => {
    expect(header(CONNECTED, columns)).toBe(shown)
  })

  test.each([
    [
      160,
      '● Reconnecting in 3 s (2/5) · ws://relay.example.com:3000/ws/chat · openai/gpt-5-mini · The connection was refused. · Why is the sky blue?',
    ],
    [80, '● Reconnecting in 3 s (2/5) · ws://relay.example.com:3000/ws/chat · The connect…'],
    [60, '● Reconnecting in 3 s (2/5) · ws://relay.example.com:3000/w…'],
    [40, '● Reconnecting in 3 s (2/5)'],
  ])(
    'without a connection at %i columns: state first, then the relay, then why',
    (columns, shown) => {
      expect(header(TRYING, columns)).toBe(shown)
    },
  )

  test.each([
    ['good', CONNECTED],
    ['warning', TRYING],
    ['error', { ...CONNECTED, state: { name: 'Disconnected' } }],
    ['error', { ...CONNECTED, state: { name: 'Error', message: 'wrong token' } }],
  ] satisfies [string, ConnectionStatus][])('the state has the colour of %s', (meaning, status) => {
    const [state] = headerRow({ ...initialView(80, 24, 1000), connection: status })
    expect(state?.meaning).toBe(meaning)
  })

  test('a message of several lines or with escape codes is one harmless row', () => {
    const state = { name: 'Error', message: 'first\n  second \u001b[31mthird' } as const
    expect(header({ ...CONNECTED, state }, 120)).toContain('Error: first second ␛[31mthird · ')
  })
})
