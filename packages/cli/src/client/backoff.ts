/** How long to wait before trying again. */
import { MAX_BACKOFF_MS } from '@speak-code/protocol'

/**
 * Exponential backoff with full jitter: evenly anywhere between 0 and `intervalMs` doubled for each failure before,
 * capped at 30 s (CONTRACT.md §1, Back-off).
 *
 * @param attempt the attempt that is waited for, from 1
 * @param random in [0, 1)
 * @returns whole milliseconds
 */
export function backoffMs(attempt: number, intervalMs: number, random: number): number {
  const exponent = Math.min(Math.max(attempt - 1, 0), 31)
  return Math.floor(random * Math.min(MAX_BACKOFF_MS, intervalMs * 2 ** exponent))
}
