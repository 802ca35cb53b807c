import { beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionStatus } from '../../client/client.ts'
import { Page } from './page.ts'
import { TypedLine } from './typed-line.ts'
import { Voice } from './voice.ts'

const STATUS: ConnectionStatus = {
  state: { name: 'Connecting' },
  relay: 'ws://relay',
  attempt: 0,
  maxAttempts: 5,
  draining: false,
}

let written = ''
let page: Page
let voice: Voice

beforeEach(() => {
  written = ''
  const write = (text: string): void => {
    written += text
  }
  page = new Page(write, new TypedLine({ prompt: '> ', columns: () => 80, write, dumb: true }))
  voice = new Voice({ page, now: () => 1000, reasoningKey: 'Ctrl-T' })
})

const connection = (change: Partial<ConnectionStatus>): void => {
  voice.tell({ type: 'connection', status: { ...STATUS, ...change } })
}

describe('the connection', () => {
  test('each state is said once, a countdown not second by second', () => {
    const failure = { code: 'relay_unreachable', message: 'Nobody answers' } as const
    connection({})
    connection({})
    connection({ attempt: 2, retryAt: 4000, failure })
    connection({ attempt: 2, retryAt: 4000, failure })
    connection({ attempt: 2, failure })
    connection({ state: { name: 'Connected' } })
    connection({ attempt: 1, maxAttempts: 0, retryAt: 2000 })
    connection({ draining: true, retryAt: 61_000 })
    connection({ state: { name: 'Disconnected' }, failure })
    connection({ state: { name: 'Error', message: 'wrong token' } })
    expect(written.split('\n')).toEqual([
      'Connecting to ws://relay.',
      'Reconnecting in 3 seconds, attempt 2 of 5. Nobody answers.',
      'Connecting, attempt 2.',
      'Connected to ws://relay.',
      'Reconnecting in 1 second, attempt 1.',
      'Reconnecting in 1 minute.',
      'Disconnected from ws://relay. Nobody answers. /reconnect tries again.',
      'Error: wrong token',
      '',
    ])
  })
})

describe('the page', () => {
  test('a question that was just typed is not said again, a queued one is', () => {
    page.prompt({ text: 'Why?', cursor: 4 })
    page.sent('Why?')
    voice.tell({ type: 'question', text: 'Why?' })
    voice.tell({ type: 'answering', runId: 'r', at: 0 })
    voice.tell({ type: 'question', text: 'Why?' })
    expect(written).toBe('> Why?\nWaiting for the answer.\nQuestion: Why?\n')
  })

  test('what is said never goes into the line that is typed, nor into an open sentence', () => {
    voice.tell({ type: 'model', model: 'a/b' })
    voice.tell({ type: 'answering', runId: 'r', at: 0 })
    voice.tell({ type: 'delta', delta: 'One. Tw' })
    page.prompt({ text: 'typ', cursor: 3 })
    voice.tell({ type: 'delta', delta: 'o. Thr' })
    voice.tell({ type: 'notice', text: 'It is asked again in', until: 4000 })
    voice.tell({ type: 'delta', delta: 'ee.' })
    voice.tell({
      type: 'answered',
      lines: [{ tone: 'meta', text: '3 · 4', spoken: 'End of answer, 3 tokens in 4 seconds.' }],
    })
    expect(written.split('\n')).toEqual([
      'Waiting for the answer.',
      'Answer from a/b:',
      'One. ',
      '> typ',
      'Two. ',
      'It is asked again in 3 seconds.',
      'Three.',
      'End of answer, 3 tokens in 4 seconds.',
      '',
    ])
  })

  test('L12: control characters are made visible', () => {
    voice.tell({ type: 'lines', lines: [{ tone: 'error', text: '\u001b[2J' }] })
    voice.tell({ type: 'delta', delta: 'a\u001b]0;x\u0007\n' })
    expect(written).toBe('Error: ␛[2J\nAnswer:\na␛]0;x␇\n')
  })
})

test('reasoning is read out only when it is wanted', () => {
  const think = (): void => {
    voice.tell({ type: 'answering', runId: 'r', at: 0 })
    voice.tell({ type: 'delta', delta: 'Hm. ', channel: 'reasoning' })
    voice.tell({ type: 'delta', delta: 'So. ', channel: 'reasoning' })
    voice.tell({ type: 'delta', delta: 'No.', channel: 'refusal' })
    voice.tell({ type: 'answered', lines: [] })
  }
  think()
  voice.toggleReasoning()
  think()
  expect(written.split('\n')).toEqual([
    'Waiting for the answer.',
    'The model is reasoning; Ctrl-T reads it out.',
    'Refusal:',
    'No.',
    'Waiting for the answer.',
    'Reasoning:',
    'Hm. So. ',
    'Refusal:',
    'No.',
    '',
  ])
})
