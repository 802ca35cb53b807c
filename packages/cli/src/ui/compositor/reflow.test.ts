import { describe, expect, test } from 'vitest'
import { reflowOf, rowsAbove } from './reflow.ts'

describe('where the region begins after the terminal became narrower', () => {
  const widths = [100, 30, 70, 60]
  const cursor = { x: 50, y: 2 }

  test('rows that are cut off stay where they were', () => {
    expect(rowsAbove(widths, cursor, 40, { wraps: false })).toBe(2)
  })

  test('rows above the cursor become several, and so does its own', () => {
    expect(rowsAbove(widths, cursor, 40, { wraps: true })).toBe(2 + 2 + 1)
  })

  test('nothing moves where it became wider', () => {
    expect(rowsAbove(widths, cursor, 200, { wraps: true })).toBe(2)
  })
})

test.each([
  ['xterm', { XTERM_VERSION: 'XTerm(390)' }, { wraps: false, keepsCursor: false }],
  ['the Linux console', { TERM: 'linux' }, { wraps: false, keepsCursor: false }],
  ['GNU screen', { TERM: 'screen-256color' }, { wraps: false, keepsCursor: false }],
  ['tmux', { TERM: 'screen-256color', TMUX: '/tmp/x' }, { wraps: true, keepsCursor: true }],
  ['a terminal of VTE', { VTE_VERSION: '7802' }, { wraps: true, keepsCursor: true }],
  ['kitty', { TERM: 'xterm-kitty' }, { wraps: true, keepsCursor: true }],
  ['VS Code', { TERM_PROGRAM: 'vscode' }, { wraps: true, keepsCursor: false }],
  ['an unknown one', { TERM: 'xterm-256color' }, { wraps: true, keepsCursor: false }],
])('%s is known by its environment', (_, env, reflow) => {
  expect(reflowOf(env)).toEqual(reflow)
})
