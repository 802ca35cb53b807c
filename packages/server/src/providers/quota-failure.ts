/**
 * What Google says about a quota that is used up: `QuotaFailure` among an error's details
 * (https://cloud.google.com/apis/design/errors#error_details). Its RESOURCE_EXHAUSTED is a limit per minute as well as one
 * per day. Pure.
 */
import { isObject, text } from './json.ts'

/** A quota of a day, such as `GenerateRequestsPerDayPerProjectPerModel-FreeTier`, or one that is 0 for this account. */
function isUsedUp(violation: unknown): boolean {
  if (!isObject(violation)) return false
  return violation['quotaValue'] === '0' || /per_?day/i.test(text(violation['quotaId']) ?? '')
}

/** `quota_exceeded`, where waiting a moment would not help; else nothing. */
export function quotaWords(details: readonly unknown[]): readonly string[] {
  const violations = details.flatMap((detail): readonly unknown[] =>
    isObject(detail) && Array.isArray(detail['violations']) ? detail['violations'] : [],
  )
  return violations.some(isUsedUp) ? ['quota_exceeded'] : []
}
