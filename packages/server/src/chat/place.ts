/** Where a run stands: where its answer can be read on, and the halves of surrogate pairs that wait for their other half. */
import { z } from 'zod'
import type { Checkpoint } from '../providers/provider.ts'

/** By channel; a channel that holds nothing back is absent. */
interface Held {
  readonly text?: string | undefined
  readonly reasoning?: string | undefined
  readonly refusal?: string | undefined
}

export interface Place {
  readonly checkpoint: Checkpoint
  readonly held: Held
}

/** As JSON. A half pair has no form in UTF-8; JSON writes it as an escape. */
export function packPlace({ checkpoint, held }: Place): string {
  return JSON.stringify({ checkpoint, held })
}

const Half = z.string().length(1).optional()
const Packed = z.object({
  checkpoint: z.object({
    response: z.string(),
    sequence: z.int(),
    account: z.string(),
    reasoning: z.string().optional(),
  }),
  held: z.object({ text: Half, reasoning: Half, refusal: Half }),
})

/** Undefined where the row was damaged, or written by another version. */
export function unpackPlace(data: string): Place | undefined {
  try {
    return Packed.parse(JSON.parse(data))
  } catch {
    return undefined
  }
}
