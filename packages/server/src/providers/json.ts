/** Looks into JSON of unknown shape. */

/** What ends a string of JSON, or stands for something else in it (RFC 8259 §7). */
// oxlint-disable-next-line no-control-regex -- these are what JSON forbids in a string
const NOT_PLAIN = /["\\\u0000-\u001f]/

export type JsonObject = Readonly<Record<string, unknown>>

/** Whether it is an object; arrays count, and have none of the names that are looked for. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null
}

/** The value where it is a string with something in it. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The value where it is a whole number from 0 on. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** Whether a string of JSON is this text as it is, between quotes. */
export function isPlain(source: string): boolean {
  return !NOT_PLAIN.test(source)
}

/** The value of the text as JSON; undefined where it is none. */
export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    return undefined
  }
}
