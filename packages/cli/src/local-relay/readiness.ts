/** What a relay in the background tells the process that started it, once. */
import { z } from 'zod'
import type { LocalRelayReason } from './error.ts'

const REASONS: readonly LocalRelayReason[] = [
  'config',
  'data_in_use',
  'store_newer',
  'folder',
  'unsupported',
  'start_failed',
  'busy',
]

export const Readiness = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** Another one was first. */
  z.object({ type: z.literal('elsewhere') }),
  z.object({ type: z.literal('failed'), reason: z.enum(REASONS), message: z.string() }),
])
export type Readiness = z.infer<typeof Readiness>

/** Tells the starter, if there is one and it is still there, and lets go of it. */
export async function reportReadiness(readiness: Readiness): Promise<void> {
  if (!process.connected) return
  const { promise, resolve } = Promise.withResolvers<void>()
  process.send?.(readiness, undefined, {}, () => {
    // A starter that has gone needs no answer.
    resolve()
  })
  await promise
  if (process.connected) process.disconnect?.()
}
