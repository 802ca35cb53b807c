/** What all readers of JSON events share: noise between the events, and bodies that are no event stream at all. */
import { isObject, type JsonObject, parseJson } from './json.ts'
import type { ProviderUsage } from './provider.ts'
import type { ReadEnd, Reading, StreamReader } from './stream-reader.ts'

/** So many events in a row that are no JSON, and it is not the stream that it should be. */
const MAX_NOISE = 50
/** How much of lines that are no event stream is kept, to see what they are. */
const MAX_STRAY_LENGTH = 64 * 1024

export abstract class JsonStreamReader implements StreamReader {
  #noise = 0
  #stray = ''
  error: unknown

  abstract readonly finished: boolean
  abstract readonly usage: ProviderUsage | undefined

  /** Takes one event. `error` is to be set where it tells of one. */
  protected abstract read(chunk: JsonObject, name: string | undefined): Reading
  abstract end(): ReadEnd

  event(data: string, name: string | undefined): Reading {
    if (data === '[DONE]') return 'done'
    const chunk = parseJson(data)
    if (!isObject(chunk)) return this.#notJson(data, name)
    this.heard()
    return this.read(chunk, name)
  }

  /** An event came that is what it should be. */
  protected heard(): void {
    this.#noise = 0
    this.#stray = ''
  }

  strayLine(line: string, field: string | undefined, value: string | undefined): Reading {
    if (field === 'error') return this.fail(parseJson(value ?? '') ?? value ?? '')
    this.#stray += `${line}\n`
    return this.#stray.length > MAX_STRAY_LENGTH ? 'garbage' : 'open'
  }

  bodyEnd(rest: string): Reading {
    const stray = (this.#stray + rest).trim()
    if (stray === '') return 'open'
    const json = parseJson(stray)
    const first: unknown = Array.isArray(json) ? json[0] : json
    if (isObject(first) && first['error'] !== undefined) return this.fail(first)
    if (json !== undefined || stray.startsWith('<') || this.#stray !== '') return 'garbage'
    return 'open'
  }

  protected fail(error: unknown): Reading {
    this.error = error
    return 'error'
  }

  /** How the stream stands after an event that was read. */
  protected get standing(): Reading {
    return this.finished ? 'finished' : 'open'
  }

  #notJson(data: string, name: string | undefined): Reading {
    const trimmed = data.trim()
    if (trimmed === '[DONE]') return 'done'
    if (name === 'error') return this.fail(trimmed)
    if (trimmed !== '') this.#noise += 1
    return this.#noise > MAX_NOISE ? 'garbage' : this.standing
  }
}
