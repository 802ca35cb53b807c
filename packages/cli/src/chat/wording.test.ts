import { errorInfo, type EndChunk } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import type { ConnectionStatus } from '../client/client.ts'
import {
  age,
  linesOfEnd,
  moneyInWords,
  seconds,
  spokenSeconds,
  stateInWords,
  tokensInWords,
} from './wording.ts'

const status = (change: Partial<ConnectionStatus>): ConnectionStatus => ({
  state: { name: 'Connecting' },
  relay: 'ws://relay',
  attempt: 0,
  maxAttempts: 5,
  draining: false,
  ...change,
})

describe('the connection in words', () => {
  test.each([
    [{}, 'Connecting…'],
    [{ state: { name: 'Connected' } }, 'Connected'],
    [{ state: { name: 'Disconnected' } }, 'Disconnected'],
    [{ state: { name: 'Error', message: 'wrong token' } }, 'Error: wrong token'],
    [{ attempt: 2, retryAt: 4000 }, 'Reconnecting in 3 s (2/5)'],
    [{ attempt: 2, maxAttempts: 0, retryAt: 3001 }, 'Reconnecting in 3 s (2)'],
    [{ draining: true, retryAt: 3001 }, 'Reconnecting in 3 s'],
  ] satisfies [Partial<ConnectionStatus>, string][])('%j', (change, words) => {
    expect(stateInWords(status(change), 1000).text).toBe(words)
  })
})

const end = (change: Partial<EndChunk>): EndChunk => ({
  type: 'chunk',
  id: '',
  seq: 2,
  delta: '',
  done: true,
  status: 'completed',
  finishReason: 'stop',
  endedBy: 'provider',
  model: 'gpt-x',
  provider: 'openai',
  usage: { promptTokens: 1, completionTokens: 100, totalTokens: 101, source: 'provider' },
  textSha256: '',
  ...change,
})

const spoken = (change: Partial<EndChunk>): string | undefined =>
  linesOfEnd(end(change), { verified: true, begun: true, durationMs: 4200, streamMs: 4000 }).at(-1)
    ?.spoken

describe('the end of an answer', () => {
  const facts = { verified: true, begun: true, durationMs: 4200, streamMs: 4000 }
  const said = (
    change: Partial<EndChunk>,
    more: Partial<typeof facts & { asked: string }> = {},
  ): string =>
    linesOfEnd(end(change), { ...facts, ...more })
      .map(({ text }) => text)
      .join('\n')

  test('read out it has no signs and no abbreviations', () => {
    expect(spoken({})).toBe('End of answer, 100 tokens in 4 seconds, 25 tokens per second.')
    const usage = {
      promptTokens: 1,
      completionTokens: 1,
      totalTokens: 2,
      source: 'estimated',
    } as const
    expect(spoken({ usage, cost: { amount: 0.002, currency: 'USD' } })).toBe(
      'End of answer, about 1 token in 4 seconds, 0.0020 USD.',
    )
  })

  test('a whole answer has its figures and nothing else', () => {
    expect(said({})).toBe('openai/gpt-x · 100 tokens · 4.2 s · 25 tokens/s')
  })

  test.each([
    ['length', { status: 'incomplete', finishReason: 'length' }, 'limit of tokens'],
    ['filter', { status: 'incomplete', finishReason: 'content_filter' }, 'content filter'],
    ['unknown', { status: 'incomplete', finishReason: 'unknown' }, 'without saying'],
    ['refusal', { finishReason: 'refusal' }, 'refused'],
    ['stop', { status: 'cancelled', endedBy: 'user' }, 'Stopped. What had arrived is kept.'],
    ['orphan', { status: 'cancelled', endedBy: 'relay' }, 'Stopped by the relay.'],
    [
      'L4',
      { status: 'failed', error: errorInfo('upstream_eof', 'It broke off.') },
      'It broke off.\n/retry asks again, /retry MODEL another model.',
    ],
    [
      'a long wait',
      { status: 'failed', error: errorInfo('upstream_rate_limited', 'Too many.', 42_000) },
      'wait 42 s',
    ],
    [
      'a wrong key',
      { status: 'failed', error: errorInfo('upstream_auth', 'The key was refused.') },
      'export OPENAI_API_KEY=…',
    ],
    [
      'a wrong key of a named provider',
      {
        status: 'failed',
        provider: 'mine',
        error: errorInfo('upstream_auth', 'The key was refused.'),
      },
      'speak-code config set providers.mine.api_key_env NAME',
    ],
  ] satisfies [string, Partial<EndChunk>, string][])('%s', (_, change, words) => {
    expect(said(change)).toContain(words)
  })

  test('a model that spoke in place of the one that was asked is named', () => {
    const asked = { asked: 'openai/gpt-y' }
    expect(said({}, asked)).toContain('openai/gpt-x answered in place of openai/gpt-y.\n')
    expect(said({}, { asked: 'openai/gpt-x' })).not.toContain('in place of')
    expect(said({ status: 'failed' }, { ...asked, begun: false })).toContain(
      'openai/gpt-x was asked in place of openai/gpt-y.',
    )
  })

  test('a text that could not be verified is never passed off as right', () => {
    expect(said({}, { verified: false })).toContain('is not what the relay has')
  })
})

test('times are short', () => {
  expect([400, 9940, 12_400, 125_000].map(seconds)).toEqual(['0.4 s', '9.9 s', '12 s', '2 min 5 s'])
  const now = Date.parse('2026-01-10T12:00:00Z')
  expect(age('2026-01-10T11:59:50Z', now)).toBe('just now')
  expect(age('2026-01-10T09:30:00Z', now)).toBe('2 h ago')
  expect(age('2026-01-09T09:30:00Z', now)).toBe('yesterday')
})

test('figures are short', () => {
  expect([1, 0, 9999, 12_345].map(tokensInWords)).toEqual([
    '1 token',
    '0 tokens',
    '9999 tokens',
    '12.3k tokens',
  ])
  const money = [0, 0.000042, 0.00042, 0.5, 12.3].map((amount) =>
    moneyInWords({ amount, currency: 'USD' }),
  )
  expect(money).toEqual(['0.0000 USD', 'under 0.0001 USD', '0.0004 USD', '0.5000 USD', '12.30 USD'])
  expect([0, 400, 1000, 3400, 60_000, 125_000].map(spokenSeconds)).toEqual([
    'less than a second',
    'less than a second',
    '1 second',
    '3 seconds',
    '1 minute',
    '2 minutes 5 seconds',
  ])
})
