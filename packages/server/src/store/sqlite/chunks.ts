/** Chunks ↔ the JSON that the log and the segments hold. */
import { Channel } from '@speak-code/protocol'
import { z } from 'zod'
import type { JournalChunk, LogEntry, RunCheckpoint } from '../store.ts'

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

const LogRow = z.array(
  z.union([
    z.tuple([z.int(), z.int(), z.string()]),
    z.tuple([z.int(), z.int(), z.string(), Channel]),
  ]),
)

/** On the path of every delta. */
export function packEntries(entries: readonly LogEntry[]): string {
  let packed = '['
  for (const { run, seq, json, channel } of entries) {
    if (packed !== '[') packed += ','
    packed += `[${run},${seq},${json}`
    packed += channel === undefined ? ']' : `,"${channel}"]`
  }
  return `${packed}]`
}

/** Throws ZodError where the row was damaged. */
export function unpackEntries(packed: string): Omit<LogEntry, 'json'>[] {
  return LogRow.parse(JSON.parse(packed)).map(([run, seq, delta, channel]) => ({
    run,
    seq,
    delta,
    ...(channel === undefined ? {} : { channel }),
  }))
}

const PackedCheckpoints = z.array(z.tuple([z.int(), z.int(), z.string()]))

/** Null where there are none. */
export function packCheckpoints(checkpoints: readonly RunCheckpoint[]): string | null {
  if (checkpoints.length === 0) return null
  return JSON.stringify(checkpoints.map(({ run, seq, data }) => [run, seq, data]))
}

/** Throws ZodError where the row was damaged. */
export function unpackCheckpoints(packed: string | null): RunCheckpoint[] {
  if (packed === null) return []
  return PackedCheckpoints.parse(JSON.parse(packed)).map(([run, seq, data]) => ({ run, seq, data }))
}
