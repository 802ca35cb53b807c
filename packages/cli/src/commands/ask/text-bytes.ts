import { CommandError } from '../../errors.ts'

/** What is read at most for one question, so that an endless input ends; eight times what a relay takes in a frame. */
export const MAX_QUESTION_BYTES = 64 * 1024 * 1024

/** The text of UTF-8 bytes, without a byte order mark; undefined for what is no text (bad UTF-8, or a NUL). */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** `what` begins the sentence. */
export function tooLarge(what: string): CommandError {
  return new CommandError('too_large', `${what} is larger than a relay takes in one question.`)
}
