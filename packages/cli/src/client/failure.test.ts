import { describe, expect, it } from 'vitest'
import { failureOfClose, failureOfError, failureOfStatus, waitOfHeader } from './failure.ts'

const NOW = Date.UTC(2026, 0, 1)

const error = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code })

describe('Close codes decide what may be retried', () => {
  it.each([
    [1000, 'reconnect', 'relay_unreachable'],
    [1001, 'reconnect', 'relay_unreachable'],
    [1006, 'reconnect', 'relay_unreachable'],
    [1011, 'reconnect', 'relay_unreachable'],
    [1012, 'wait', 'draining'],
    [1013, 'reconnect', 'relay_unreachable'],
    [4408, 'reconnect', 'relay_unreachable'],
    [4429, 'reconnect', 'rate_limited'],
    [1009, 'stop', 'too_large'],
    [4400, 'stop', 'relay_unreachable'],
    [4401, 'stop', 'unauthenticated'],
    [4403, 'stop', 'forbidden'],
    [4406, 'stop', 'relay_unreachable'],
    [4999, 'stop', 'relay_unreachable'],
  ])('%i: %s, %s', (code, after, name) => {
    expect(failureOfClose(code, '')).toMatchObject({ after, code: name })
  })

  it('says the reason of a code that it does not know', () => {
    expect(failureOfClose(4999, 'out of paper').message).toContain('out of paper')
  })

  it('4429 carries the hint of the error before it', () => {
    expect(failureOfClose(4429, '', 7000).retryAfterMs).toBe(7000)
  })
})

describe('A handshake that was answered with plain HTTP', () => {
  it.each([
    [503, 'wait', 'draining'],
    [429, 'reconnect', 'rate_limited'],
    [408, 'reconnect', 'relay_unreachable'],
    [502, 'reconnect', 'relay_unreachable'],
    [504, 'reconnect', 'relay_unreachable'],
    [401, 'stop', 'unauthenticated'],
    [403, 'stop', 'forbidden'],
    [200, 'stop', 'relay_unreachable'],
    [301, 'stop', 'relay_unreachable'],
    [404, 'stop', 'relay_unreachable'],
    [426, 'stop', 'relay_unreachable'],
  ])('%i: %s, %s', (status, after, code) => {
    expect(failureOfStatus(status, undefined, NOW)).toMatchObject({ after, code })
  })

  it('a 503 waits as long as Retry-After says, in seconds or until a date', () => {
    expect(failureOfStatus(503, '3', NOW).retryAfterMs).toBe(3000)
    expect(failureOfStatus(503, new Date(NOW + 9000).toUTCString(), NOW).retryAfterMs).toBe(9000)
    expect(failureOfStatus(503, undefined, NOW)).not.toHaveProperty('retryAfterMs')
  })

  it('a Retry-After in the past is no wait, and one that is neither says nothing', () => {
    expect(waitOfHeader(new Date(NOW - 9000).toUTCString(), NOW)).toBe(0)
    expect(waitOfHeader('soon', NOW)).toBeUndefined()
  })
})

describe('Errors of network and handshake', () => {
  it.each([
    ['connect ECONNREFUSED 127.0.0.1:3000', 'ECONNREFUSED'],
    ['getaddrinfo ENOTFOUND relay', 'ENOTFOUND'],
    ['socket hang up', 'ECONNRESET'],
    ['Opening handshake has timed out', undefined],
  ])('%s is worth another attempt', (message, code) => {
    expect(failureOfError(error(message, code))).toMatchObject({
      after: 'reconnect',
      code: 'relay_unreachable',
      message: expect.stringContaining(message),
    })
  })

  it.each([
    ['Server sent no subprotocol', undefined],
    ['Server sent an invalid subprotocol', undefined],
    ['Invalid Sec-WebSocket-Accept header', undefined],
    ['Invalid Upgrade header', undefined],
    ['Parse Error: Expected HTTP/', 'HPE_INVALID_CONSTANT'],
    ['wrong version number', 'EPROTO'],
  ])('%s means that there is no relay of ours', (message, code) => {
    expect(failureOfError(error(message, code))).toMatchObject({
      after: 'stop',
      message: expect.stringContaining('not a speak-code relay'),
    })
  })

  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    '%s names the way out',
    (code) => {
      expect(failureOfError(error('bad certificate', code))).toMatchObject({
        after: 'stop',
        message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      })
    },
  )
})
