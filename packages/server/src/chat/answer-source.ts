/** Where a run has its answer from. */
import type { Checkpoint, ProviderDelta, ProviderEnd } from '../providers/provider.ts'
import type { Notice } from '../providers/router.ts'
import type { EndedRun } from './run-end.ts'

export interface AnswerEvents {
  /** Synchronously for each delta, in order. */
  delta(delta: ProviderDelta): void
  notice(notice: Notice): void
  /** As in a provider's call. */
  checkpoint(checkpoint: Checkpoint | undefined): void
}

export interface AnswerSource {
  /** Resolves with the end. Rejects only where a provider breaks its contract. To be called once. */
  answer(events: AnswerEvents, signal: AbortSignal): Promise<ProviderEnd>
  /** Who spoke last, what was sent, and what it costs. */
  readonly speaker: Omit<EndedRun, 'answer'>
  /** Ends the answer at its vendor, where that would go on by itself. Never rejects. */
  cancel(checkpoint: Checkpoint): Promise<void>
}
