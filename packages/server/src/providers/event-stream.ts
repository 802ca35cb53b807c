/**
 * Reads the body of an event stream (`text/event-stream`): bytes → events. It accepts what providers
 * really send: any line ends, comments, unknown fields, a last event without its blank line.
 */
import { createParser } from 'eventsource-parser'
import type { Readable } from 'node:stream'
import type { BodyTap } from './body-tap.ts'

/**
 * The longest event, in characters: what a hostile or broken provider can make us hold. The last event of a Responses stream
 * repeats the whole answer with its encrypted reasoning, and can be longer than a million.
 */
export const MAX_EVENT_LENGTH = 4 * 1024 * 1024
/** How much of a line may be field name and colon rather than data. */
const FIELD_LENGTH = 16

const LF = 10
const ASCII_END = 0x80

export interface EventHandlers {
  /** Any bytes, comments included; called before what they hold. */
  bytes(): void
  /** An event's data, and its name where it has one. */
  event(data: string, name: string | undefined): void
  /** A whole line that is no field of an event stream. */
  strayLine(line: string, field: string | undefined, value: string | undefined): void
  /** An event or a line grew beyond {@link MAX_EVENT_LENGTH}. Nothing follows. */
  overflow(): void
  /** The body is over. `rest` is an unterminated last line that is no field. Nothing follows. */
  end(how: 'ended' | 'broken', rest: string): void
}

/**
 * Calls the handlers for what the body holds, in order and synchronously as it arrives. What they are
 * told does not depend on how the bytes were cut. Returns a function that stops the calls; the body
 * itself is the caller's to destroy. With `tap` all pieces but the first do not go through the stream.
 */
export function readEvents(body: Readable, handlers: EventHandlers, tap?: BodyTap): () => void {
  let stopped = false
  let atEnd = false
  let rest = ''
  // The last line as far as it has come, in fragments: joining them at each chunk would be quadratic.
  let fragments: string[] = []
  let fragmentsLength = 0
  let insideCharacter = false
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent(event) {
      if (stopped) return
      if (event.data.length > MAX_EVENT_LENGTH) overflow()
      else handlers.event(event.data, event.event)
    },
    onError(error) {
      if (stopped) return
      if (error.type === 'max-buffer-size-exceeded') overflow()
      else if (error.type !== 'unknown-field') return
      else if (atEnd) rest = error.line ?? ''
      else handlers.strayLine(error.line ?? '', error.field, error.value)
    },
  })

  function overflow(): void {
    stop()
    handlers.overflow()
  }

  function stop(): void {
    stopped = true
    fragments = []
    tap?.close()
    body.off('data', onStreamed).off('end', onEnd).off('error', onBroken).off('close', onBroken)
    body.on('error', () => {})
  }

  /** Chunks that begin and end between characters, as nearly all do, take the short way. */
  function decode(chunk: Buffer): string {
    const last = chunk[chunk.length - 1] ?? 0
    if (!insideCharacter && last < ASCII_END) return chunk.toString()
    insideCharacter = last >= ASCII_END
    return decoder.decode(chunk, { stream: true })
  }

  /** Gives the parser whole lines only: it drops the beginning of a line that it does not know. */
  function feed(text: string): void {
    if (fragmentsLength === 0 && text.charCodeAt(text.length - 1) === LF) {
      parser.feed(text)
      return
    }
    const cut = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
    if (cut > 0) {
      fragments.push(text.slice(0, cut))
      const lines = fragments.join('')
      fragments = []
      fragmentsLength = 0
      parser.feed(lines)
    }
    if (cut < text.length && !stopped) {
      fragments.push(text.slice(cut))
      fragmentsLength += text.length - cut
      if (fragmentsLength > MAX_EVENT_LENGTH + FIELD_LENGTH) overflow()
    }
  }

  function onData(chunk: Buffer): void {
    handlers.bytes()
    if (stopped || chunk.length === 0) return
    feed(decode(chunk))
  }

  /** Once the stream is empty it is passed by. */
  function onStreamed(chunk: Buffer): void {
    onData(chunk)
    if (!stopped && body.readableLength === 0) tap?.open(onData)
  }

  function finish(how: 'ended' | 'broken'): void {
    if (stopped) return
    atEnd = true
    const line = fragments.join('') + decoder.decode()
    parser.feed(line === '' ? '\n\n' : `${line}\n\n`)
    if (stopped) return
    stop()
    handlers.end(how, rest)
  }

  function onEnd(): void {
    finish('ended')
  }

  function onBroken(): void {
    finish('broken')
  }

  body.on('data', onStreamed).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  return stop
}
