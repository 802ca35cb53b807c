import { expect, test } from 'vitest'
import { plainText } from '../../terminal/styled-row.ts'
import { initialView, view, type ViewAction } from '../view-state.ts'
import { answerRows } from './answer-rows.ts'

const shown = (...actions: ViewAction[]): string[] =>
  answerRows(actions.reduce((state, action) => view(state, action), initialView(80, 24, 1000))).map(
    plainText,
  )

test('the typing indicator is there until the first token and while it streams, with the time', () => {
  const answering: ViewAction = { type: 'answering', runId: 'r', at: 1000 }
  const tick: ViewAction = { type: 'tick', now: 4200 }
  expect(shown()).toEqual([])
  expect(shown(answering)).toEqual(['●●●'])
  expect(shown(answering, { type: 'delta', delta: 'Hello' }, tick)).toEqual(['●●● 3 s'])
  expect(shown(answering, { type: 'answered', lines: [] })).toEqual([])
})

test('hidden reasoning is one row with its size', () => {
  const rows = shown(
    { type: 'answering', runId: 'r', at: 1000 },
    { type: 'delta', delta: 'let me think', channel: 'reasoning' },
  )
  expect(rows).toEqual(['●●● reasoning, 12 characters (Ctrl-T shows it)'])
})

test('news of the answer count down', () => {
  const rows = shown(
    { type: 'answering', runId: 'r', at: 1000 },
    { type: 'notice', text: 'It is asked again in', until: 6000 },
  )
  expect(rows).toEqual(['●●●', 'It is asked again in 5 s'])
})
