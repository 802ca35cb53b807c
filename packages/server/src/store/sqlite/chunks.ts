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

const Entries = z.array(
  z.union([
    z.tuple([z.int(), z.int(), z.string()]),
    z.tuple([z.int(), z.int(), z.string(), Channel]),
  ]),
)

const Checkpoints = z.array(z.tuple([z.int(), z.int(), z.string()]))

/** Between the two parts of a line. JSON has none: its strings escape it. */
const SEPARATOR = '\t'

/** A line of the log: [[run, seq, delta, channel?], …] and, where there are any, [[run, seq, data], …]. On the path of every delta. */
export function packLine(
  entries: readonly LogEntry[],
  checkpoints: readonly RunCheckpoint[],
): string {
  let packed = '['
  for (const { run, seq, json, channel } of entries) {
    if (packed !== '[') packed += ','
    packed += `[${run},${seq},${json}`
    packed += channel === undefined ? ']' : `,"${channel}"]`
  }
  packed += ']'
  if (checkpoints.length === 0) return packed
  return `${packed}${SEPARATOR}${JSON.stringify(checkpoints.map(({ run, seq, data }) => [run, seq, data]))}`
}

export interface UnpackedLine {
  readonly entries: readonly Omit<LogEntry, 'json'>[]
  readonly checkpoints: readonly RunCheckpoint[]
}

/** Throws SyntaxError or ZodError where the line was damaged. */
export function unpackLine(line: string): UnpackedLine {
  const at = line.indexOf(SEPARATOR)
  const first = at < 0 ? line : line.slice(0, at)
  const second = at < 0 ? '[]' : line.slice(at + 1)
  return {
    entries: Entries.parse(JSON.parse(first)).map(([run, seq, delta, channel]) => ({
      run,
      seq,
      delta,
      ...(channel === undefined ? {} : { channel }),
    })),
    checkpoints: Checkpoints.parse(JSON.parse(second)).map(([run, seq, data]) => ({
      run,
      seq,
      data,
    })),
  }
}
