/** Cuts a body into the pieces that a reader gets. Pure. */
import type { Cut } from './reply.ts'

/** A small generator of numbers in [0, 1) that repeats itself for a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function offsets(length: number, cut: Cut): readonly number[] {
  if (cut === 'whole') return []
  if (cut === 'bytes') return Array.from({ length }, (_, index) => index)
  if ('at' in cut) return cut.at
  const random = randomFrom(cut.seed)
  const longest = cut.longest ?? 64
  const found: number[] = []
  for (let at = 0; at < length; at += 1 + Math.floor(random() * longest)) found.push(at)
  return found
}

/** The pieces of `bytes`, in order; none is empty and together they are `bytes`. */
export function cutBytes(bytes: Buffer, cut: Cut): Buffer[] {
  const pieces: Buffer[] = []
  let start = 0
  for (const offset of offsets(bytes.length, cut)) {
    if (offset <= start || offset >= bytes.length) continue
    pieces.push(bytes.subarray(start, offset))
    start = offset
  }
  if (start < bytes.length) pieces.push(bytes.subarray(start))
  return pieces
}
