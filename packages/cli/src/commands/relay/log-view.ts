/** The end of a log, and what follows. */
import { createReadStream, statSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { setInterval } from 'node:timers/promises'
import { MAX_LOG_BYTES, readLogEnd } from '../../local-relay/relay-log.ts'

const POLL_MS = 250

/** The last lines of a file of which at most {@link MAX_LOG_BYTES} are looked at; `end` is its length in bytes. */
export function lastLines(
  path: string,
  count: number,
): { readonly text: string; readonly end: number } {
  const end = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const lines = readLogEnd(path, 0, MAX_LOG_BYTES).split('\n')
  // A file that ends with a line feed has no line after it.
  const last = lines.at(-1) === '' ? lines.slice(0, -1) : lines
  const kept = count === 0 ? [] : last.slice(-count)
  return { text: kept.map((line) => `${line}\n`).join(''), end }
}

/**
 * Hands on what is written after the byte `from`, from the start again where the file was emptied. It looks every
 * quarter of a second, since not every file system tells of changes, and rejects when the signal is aborted.
 */
export async function followLog(
  path: string,
  from: number,
  write: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  let position = from
  const decoder = new StringDecoder('utf8')
  for await (const _ of setInterval(POLL_MS, undefined, { signal })) {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    if (size < position) position = 0
    if (size === position) continue
    const pieces: AsyncIterable<Buffer> = createReadStream(path, { start: position, end: size - 1 })
    for await (const piece of pieces) write(decoder.write(piece))
    position = size
  }
}
