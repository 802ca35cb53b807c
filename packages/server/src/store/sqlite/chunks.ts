/** A segment's chunks ↔ the JSON that the segments table holds. */
import { Channel } from '@speak-code/protocol'
import { z } from 'zod'
import type { JournalChunk } from '../store.ts'

const Packed = z.array(z.union([z.tuple([z.string()]), z.tuple([z.string(), Channel])]))

export function packChunks(chunks: readonly JournalChunk[]): string {
  return JSON.stringify(
    chunks.map(({ delta, channel }) => (channel === undefined ? [delta] : [delta, channel])),
  )
}

/** Throws ZodError where the row was damaged. */
export function unpackChunks(packed: string, firstSeq: number): JournalChunk[] {
  return Packed.parse(JSON.parse(packed)).map(([delta, channel], index) => ({
    seq: firstSeq + index,
    delta,
    ...(channel === undefined ? {} : { channel }),
  }))
}
