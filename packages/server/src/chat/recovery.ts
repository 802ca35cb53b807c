/**
 * What was under way when the relay last stopped: an answer that its vendor goes on writing is read on from where its
 * journal ends; any other is ended, kept and marked as cut. Nothing is asked again.
 */
import type { Providers } from '../providers/provider.ts'
import type { Store, UnfinishedRun } from '../store/store.ts'
import { answerOf } from './answer.ts'
import type { Chat } from './chat.ts'
import { reachOf } from './locked-runs.ts'
import { type Place, unpackPlace } from './place.ts'
import { endByStop, INTERRUPTED } from './run-end.ts'

export interface Recovery {
  readonly store: Store
  readonly chat: Chat
  /** Those of the relay's own environment; asked only where there is something to read on. */
  readonly providers: () => Providers
  /** Whether keys may come later, with a hello. */
  readonly awaitsKeys: boolean
}

export interface Recovered {
  readonly interrupted: number
  readonly continued: number
}

/** Returns how many runs there were. To be called before any client is let in. */
export async function recoverRuns(recovery: Recovery): Promise<Recovered> {
  let [interrupted, continued] = [0, 0]
  for (const unfinished of await recovery.store.unfinishedRuns()) {
    if (await readOn(recovery, unfinished)) continued += 1
    else {
      await interrupt(recovery.store, unfinished)
      interrupted += 1
    }
  }
  return { interrupted, continued }
}

/** Returns whether the run goes on, or waits for its key. */
async function readOn(
  { store, chat, providers, awaitsKeys }: Recovery,
  unfinished: UnfinishedRun,
): Promise<boolean> {
  const { run, rest, checkpoint } = unfinished
  const place = placeOf(unfinished)
  if (place === undefined) return false
  const reach = reachOf(providers(), run, place.checkpoint)
  if (reach === undefined || (reach === 'locked' && !awaitsKeys)) return false
  // The run goes on with nothing in the log but what this process adds.
  await store.addSegment({ run: run.key, chunks: rest, checkpoint })
  chat.continueRun(unfinished, place, reach === 'locked' ? undefined : reach)
  return true
}

/** Undefined where there is none, or where it is not that of the journal's last chunk. */
function placeOf({ chunks, checkpoint }: UnfinishedRun): Place | undefined {
  const last = chunks.at(-1)?.seq ?? 0
  return checkpoint?.seq === last ? unpackPlace(checkpoint.data) : undefined
}

async function interrupt(
  store: Store,
  { run, chunks, rest, promptLength }: UnfinishedRun,
): Promise<void> {
  const answer = answerOf(chunks)
  const end = endByStop(
    { model: run.model, provider: run.provider, answer, promptLength },
    INTERRUPTED,
  )
  const endSeq = (chunks.at(-1)?.seq ?? 0) + 1
  await store.endRun({ run: run.key, end, endSeq, answer, rest, now: Date.now() })
}
