/** Ends what was under way when the relay last stopped: kept, marked as cut, never asked again. */
import type { Store } from '../store/store.ts'
import { answerOf } from './answer.ts'
import { endByStop, INTERRUPTED } from './run-end.ts'

/** Returns how many runs there were. To be called before any client is let in. */
export async function endUnfinishedRuns(store: Store): Promise<number> {
  const unfinished = await store.unfinishedRuns()
  for (const { run, chunks, rest, promptLength } of unfinished) {
    const answer = answerOf(chunks)
    const end = endByStop(
      { model: run.model, provider: run.provider, answer, promptLength },
      INTERRUPTED,
    )
    const endSeq = (chunks.at(-1)?.seq ?? 0) + 1
    await store.endRun({ run: run.key, end, endSeq, answer, rest, now: Date.now() })
  }
  return unfinished.length
}
