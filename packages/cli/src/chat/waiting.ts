/** The questions that were typed and are not asked yet. */
import type { OutboxEntry } from '../client/client.ts'
import type { Conversation } from './conversation.ts'
import type { LaterQuestions } from './later-questions.ts'
import type { WaitingQuestion } from './session-events.ts'
import type { Stage } from './stage.ts'

/** In the order in which they will be asked. One whose answer is awaited on the screen does not count. */
export function waitingQuestions(
  conversation: Conversation,
  stage: Stage,
  outbox: readonly OutboxEntry[],
  later: LaterQuestions,
): WaitingQuestion[] {
  const out = outbox.flatMap(({ chat, state, at }): WaitingQuestion[] => {
    const run = conversation.runs.get(chat.id)
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
  const kept = later.all.map(({ id, typed }): WaitingQuestion => ({
    runId: id,
    text: typed,
    state: later.held ? 'held' : 'queued',
  }))
  // The relay has them already; only their turn on the screen has not come.
  const unseen = stage.unseen.map(({ id, typed }): WaitingQuestion => ({
    runId: id,
    text: typed,
    state: 'queued',
  }))
  return [...unseen, ...out, ...kept]
}
