import { expect, test } from 'vitest'
import { quotaWords } from './quota-failure.ts'

const failure = (...violations: readonly unknown[]) => [
  { '@type': 'type.googleapis.com/google.rpc.Help', links: [] },
  { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations },
]

test.each([
  ['GenerateRequestsPerDayPerProjectPerModel-FreeTier', '250', true],
  ['GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '10', false],
  ['GenerateContentPaidTierInputTokensPerModelPerMinute', '1000000', false],
  ['GenerateContentInputTokensPerModelPerMinute-FreeTier', '0', true],
])('T50 quota %s of %s is used up: %s', (quotaId, quotaValue, usedUp) => {
  expect(quotaWords(failure({ quotaId, quotaValue }))).toEqual(usedUp ? ['quota_exceeded'] : [])
})

test('one of several violations is enough', () => {
  const minute = { quotaId: 'RequestsPerMinute', quotaValue: '5' }
  const day = { quotaId: 'RequestsPerDay', quotaValue: '5' }
  expect(quotaWords(failure(minute, day))).toEqual(['quota_exceeded'])
})

test('details of other shapes say nothing', () => {
  expect(
    quotaWords([null, 'x', {}, { violations: 'x' }, ...failure(null, {}, { quotaId: 7 })]),
  ).toEqual([])
})
