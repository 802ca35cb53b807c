import { describe, expect, test } from 'vitest'
import { scrub } from './scrub.ts'

describe('T56 error texts are scrubbed', () => {
  test.each([
    ['a key of OpenAI', 'Incorrect API key provided: sk-proj-abc123DEF456ghi789.', 'abc123'],
    ['a masked key', 'Incorrect API key provided: sk-abc1****************wxyz.', 'wxyz'],
    ['a bearer token', 'header was Authorization: Bearer abcdefgh12345678', 'abcdefgh'],
    ['a JSON web token', 'bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'c2lnbmF0'],
    ['credentials in a URL', 'cannot reach https://bob:hunter2@llm.example.com/v1', 'hunter2'],
    [
      'a key in a query',
      'GET https://llm.example.com/v1?api-version=2&key=topsecret1 failed',
      'topsecret1',
    ],
    ['a Google key', 'API key AIzaSyA-1234567890abcdefghijklmnopqrst expired', 'AIzaSy'],
    ['an organisation', 'Rate limit for org-AbCdEf123456 on tokens', 'AbCdEf123456'],
    ['an account', 'user_2bQx9Kd81LmN is blocked', '2bQx9Kd81LmN'],
    ['a project', 'consumer projects/873645123 has no quota', '873645123'],
    [
      'an AWS resource',
      'not allowed: arn:aws:bedrock:eu-west-1:123456789012:model/x',
      '123456789012',
    ],
    ['an address', 'contact jane.doe+x@example.co.uk', 'jane.doe'],
    ['an Azure key', 'key 0123456789abcdef0123456789abcdef is wrong', '0123456789abcdef'],
    ['an account UUID', 'team 123e4567-e89b-42d3-a456-426614174000 is over its limit', '123e4567'],
  ])('%s', (_, text, secret) => {
    const shown = scrub(text)
    expect(shown).not.toContain(secret)
    expect(shown).toContain('[redacted]')
  })

  test('a known secret goes, whatever it looks like', () => {
    expect(scrub('the key hush was refused', ['hush'])).toBe('the key [redacted] was refused')
  })

  test.each([
    'The model `gpt-4o-mini` does not exist',
    'Unsupported value: user_message must be a string (see https://platform.openai.com/docs/errors)',
    'This endpoint’s maximum context length is 200000 tokens; please skip the sketchbook.',
  ])('an honest sentence stays: %s', (text) => {
    expect(scrub(text)).toBe(text)
  })

  test('control characters and line breaks become blanks', () => {
    expect(scrub('red \u001B[31malert\u0007\n\n  twice\u202E')).toBe('red [31malert twice')
  })

  test('a long text is cut, between characters', () => {
    const shown = scrub('😀'.repeat(5000))
    expect(shown.length).toBeLessThanOrEqual(500)
    expect(shown).toMatch(/^(?:😀)+…$/u)
  })

  test('a hostile text costs no more than its length', () => {
    const began = performance.now()
    scrub(`${'a.'.repeat(4000)}@${'eyJ'.repeat(4000)}${'key='.repeat(4000)}`)
    expect(performance.now() - began).toBeLessThan(500)
  })
})
