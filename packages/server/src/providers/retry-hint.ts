/** When a provider says that it may be asked again. Pure but for the clock that a date needs. */
import { isObject, text } from './json.ts'

/** Longer hints are cut to this: it is as good as never, and still a whole number that all take. */
const LONGEST_MS = 30 * 24 * 3600 * 1000

function milliseconds(value: string | null | undefined, unit: number): number | undefined {
  return value !== null && value !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(value)
    ? Number(value) * unit
    : undefined
}

function untilDate(value: string | null): number | undefined {
  // `Date.parse` makes a date of almost anything; those of HTTP begin with the day's name.
  const date = value === null || !/^\s*[a-z]{3}/i.test(value) ? Number.NaN : Date.parse(value)
  return Number.isNaN(date) ? undefined : date - Date.now()
}

/** Google's `RetryInfo` among the error's details: `retryDelay: "48s"`. */
function retryInfo(body: unknown): number | undefined {
  const outer: unknown = Array.isArray(body) ? body[0] : body
  const error = isObject(outer) && isObject(outer['error']) ? outer['error'] : outer
  if (!isObject(error) || !Array.isArray(error['details'])) return undefined
  for (const detail of error['details']) {
    const delay = isObject(detail) ? text(detail['retryDelay']) : undefined
    if (delay?.endsWith('s') === true) return milliseconds(delay.slice(0, -1), 1000)
  }
  return undefined
}

/**
 * The wait in milliseconds, or undefined where there is no hint: `retry-after-ms`, else `Retry-After`
 * in seconds or as a date, else the body's. A `retry-after-ms` of 0 beside another hint is not
 * believed (Azure sends such).
 */
export function retryAfterMs(headers: Headers | undefined, body: unknown): number | undefined {
  const exact = milliseconds(headers?.get('retry-after-ms'), 1)
  const after = headers?.get('retry-after') ?? null
  const coarse = milliseconds(after, 1000) ?? untilDate(after) ?? retryInfo(body)
  const hint = exact === undefined || exact === 0 ? (coarse ?? exact) : exact
  return hint === undefined ? undefined : Math.min(Math.max(0, Math.ceil(hint)), LONGEST_MS)
}
