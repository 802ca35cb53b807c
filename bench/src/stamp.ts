/** The marks that deltas carry through a relay: when each was sent, and which of its stream it is. */

/** Microseconds of the machine's monotonic clock, which all of its processes share. */
export function microseconds(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e6 + nanoseconds / 1e3
}

/** A delta of some ten bytes of text, as models send them, with its mark before it. */
export function stampedDelta(index: number, sentAt: number): string {
  return `@${Math.round(sentAt)};${index}@ word and`
}

/** Calls `each` for every mark in a frame, whatever surrounds it. Returns how many there were. */
export function readStamps(frame: string, each: (sentAt: number, index: number) => void): number {
  let count = 0
  let at = frame.indexOf('@')
  while (at !== -1) {
    const middle = frame.indexOf(';', at)
    const end = frame.indexOf('@', middle)
    each(Number(frame.slice(at + 1, middle)), Number(frame.slice(middle + 1, end)))
    count += 1
    at = frame.indexOf('@', end + 1)
  }
  return count
}
