const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** An ISO time for people: how long ago, or the local date where that is more than a week. `now` in milliseconds. */
export function shortTime(iso: string, now: number): string {
  const then = new Date(iso)
  const ago = now - then.getTime()
  if (ago >= 7 * DAY || ago < -MINUTE) return localDate(then)
  if (ago < MINUTE) return 'just now'
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min ago`
  if (ago < DAY) return `${Math.floor(ago / HOUR)} h ago`
  const days = Math.floor(ago / DAY)
  return days === 1 ? '1 day ago' : `${days} days ago`
}

function localDate(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
}
