/** The questions that were typed and are not asked yet. */
import type { OutboxEntry } from '../client/client.ts'
import type { Branch } from './branch.ts'
import type { WaitingQuestion } from './session-events.ts'
import type { Stage } from './stage.ts'
import type { UnsavedBranch } from './unsaved.ts'

/** In the order in which they will be asked. One whose answer is awaited on the screen does not count. */
export function waitingQuestions(
  branch: Branch,
  stage: Stage,
  outbox: readonly OutboxEntry[],
  unsaved: UnsavedBranch | undefined,
): WaitingQuestion[] {
  const out = outbox.flatMap(({ chat, state, at }): WaitingQuestion[] => {
    const run = branch.runs.get(chat.id)
    if (run === undefined || stage.has(run)) return []
    return [
      {
        runId: run.id,
        text: run.typed,
        state: state === 'sent' ? 'queued' : state,
        ...(at === undefined ? {} : { at }),
      },
    ]
  })
  const kept = (unsaved?.unsent ?? []).map(({ id, text }): WaitingQuestion => ({
    runId: id,
    text,
    state: unsaved?.held === true ? 'held' : 'queued',
  }))
  return [...out, ...kept]
}
