/** `attach`: gives a conversation's live answers out as plain text. Leaving cancels nothing. */
import { Id } from '@speak-code/protocol'
import type { TextDeps } from '../../deps.ts'
import { toCommandError } from '../../errors.ts'
import { ExitCode } from '../../exit-code.ts'
import { withClient } from '../answer/client-session.ts'
import { AnswerDelivery } from '../answer/delivery.ts'
import { loadRendering } from '../answer/rendering.ts'
import { processSignals, type Signals } from '../answer/signals.ts'
import { outputSink } from '../answer/sink.ts'
import { Stops } from '../answer/stops.ts'
import { conversationByPart, latestConversation } from '../conversation-choice.ts'
import type { ColorMode } from '../options.ts'
import { LiveAnswers } from './live-answers.ts'

export interface AttachOptions {
  /** A conversation's id, or a unique beginning or end of one; the latest where undefined. */
  readonly id: string | undefined
  /** Stay when no answer is live any more. */
  readonly follow: boolean
  readonly color?: ColorMode
  readonly verbose?: boolean
}

/** Resolves with the exit code: that of the first answer that did not complete, else 0. */
export async function runAttach(
  options: AttachOptions,
  deps: TextDeps,
  signals: Signals = processSignals,
): Promise<number> {
  const stops = new Stops('leave')
  const unsubscribe = signals.on((signal) => {
    stops.signal(signal)
  })
  const shape = { outputFormat: 'text', stream: true } as const
  const rendering = await loadRendering({ ...shape, ...options }, deps)
  const sink = outputSink(
    deps.stdout,
    (fault) => {
      stops.outputFault(fault)
    },
    { rendered: rendering !== undefined },
  )
  const delivery = new AnswerDelivery({ ...shape, rendering }, deps, sink)
  let stopped: number = ExitCode.ok
  try {
    const conversationId = await chosenId(options.id, deps)
    const { follow } = options
    stopped = await withClient(deps, {}, async (client) => {
      const live = new LiveAnswers({ client, conversationId, delivery, follow, note: deps.note })
      stops.direct(live.watch)
      try {
        const stop = await Promise.race([stops.happened, live.ended()])
        return stop === undefined ? ExitCode.ok : stop.exitCode
      } finally {
        live.close()
      }
    })
  } catch (thrown) {
    delivery.fail(toCommandError(thrown))
  } finally {
    unsubscribe()
  }
  const code = await delivery.finish()
  return code === ExitCode.ok ? stopped : code
}

/** A whole id may be one that this machine does not know: a conversation of another terminal. */
async function chosenId(part: string | undefined, deps: TextDeps): Promise<string> {
  if (part !== undefined && Id.safeParse(part).success) return part.toLowerCase()
  const store = await deps.store()
  return part === undefined ? latestConversation(store).id : conversationByPart(store, part).id
}
