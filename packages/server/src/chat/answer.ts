/** Chunks → the answer that they make up. */
import type { Channel } from '@speak-code/protocol'
import type { Answer, JournalChunk } from '../store/store.ts'

export function answerOf(chunks: readonly JournalChunk[]): Answer {
  const of = (channel: Channel | undefined): string =>
    chunks
      .filter((chunk) => chunk.channel === channel)
      .map((chunk) => chunk.delta)
      .join('')
  return { text: of(undefined), reasoning: of('reasoning'), refusal: of('refusal') }
}
