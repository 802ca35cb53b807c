/** `ask`: a question, its answer on standard output, and an exit code that says how it went. */
import type { ChatParams } from '@speak-code/protocol'
import type { ChatClient, OutgoingChat } from '../../client/client.ts'
import type { TextDeps } from '../../deps.ts'
import { type CommandError, toCommandError } from '../../errors.ts'
import { withClient } from '../answer/client-session.ts'
import { AnswerDelivery, type DeliveryOptions } from '../answer/delivery.ts'
import type { ReadConversation } from '../answer/lost-answer.ts'
import { loadRendering } from '../answer/rendering.ts'
import { RunWatch, unreachable } from '../answer/run-watch.ts'
import { processSignals, type Signals } from '../answer/signals.ts'
import { fileSink, outputSink, type Sink } from '../answer/sink.ts'
import { Stops } from '../answer/stops.ts'
import { conversationByPart, latestConversation } from '../conversation-choice.ts'
import { chosenModel } from '../model-choice.ts'
import { readParams } from '../params.ts'
import { checkAskOptions, type AskOptions } from './options.ts'
import { readQuestion } from './question.ts'
import { awaitEarlierRuns, awaitRoomFor } from './readiness.ts'
import { continuationOf, requestsFor, type Continued } from './request.ts'

interface Ask {
  readonly options: AskOptions
  readonly deps: TextDeps
  readonly params: ChatParams | undefined
  readonly stops: Stops
  readonly delivery: AnswerDelivery
}

/**
 * Asks, and gives the answer out. Resolves with the exit code; what fails after the options were understood is reported
 * here, as JSON too where that was asked for. Throws UsageError before.
 */
export async function runAsk(
  options: AskOptions,
  deps: TextDeps,
  signals: Signals = processSignals,
): Promise<number> {
  checkAskOptions(options)
  const params = readParams(options.param)
  const stops = new Stops('cancel')
  const unsubscribe = signals.on((signal) => {
    stops.signal(signal)
  })
  const rendering = await loadRendering(options, deps)
  const toOutput = (): Sink =>
    outputSink(
      deps.stdout,
      (fault) => {
        stops.outputFault(fault)
      },
      { rendered: rendering !== undefined },
    )
  const shape: DeliveryOptions = { ...options, titled: options.model.length > 1, rendering }
  let delivery: AnswerDelivery | undefined
  try {
    const sink = options.output === undefined ? toOutput() : fileSink(options.output)
    delivery = new AnswerDelivery(shape, deps, sink)
    await ask({ options, deps, params, stops, delivery })
  } catch (thrown) {
    // Where the file of `-o` cannot be written, its JSON still has to go somewhere.
    delivery ??= new AnswerDelivery(shape, deps, toOutput())
    delivery.fail(toCommandError(thrown))
  } finally {
    unsubscribe()
  }
  return delivery.finish()
}

async function ask({ options, deps, params, stops, delivery }: Ask): Promise<void> {
  const source = { prompt: options.prompt, files: options.file }
  const question = await stops.during(readQuestion(source, deps))
  const config = deps.config()
  const continued = await chosenConversation(options, deps)
  /** Why no relay was reached, as long as none was. */
  let absence: (() => CommandError) | undefined
  const stopTimer = startTimer(options.timeout, stops, () => absence?.())
  try {
    await withClient(deps, { save: options.save }, async (client) => {
      absence = () => unreachable(client.status)
      client.on((event) => {
        if (event.type === 'welcome') absence = undefined
      })
      client.connect()
      if (continued !== undefined && options.save) {
        await stops.during(awaitEarlierRuns(client, continued, deps.note))
      }
      const systemText = options.system ?? config.config.chat.system
      const models = options.model.length === 0 ? [undefined] : options.model
      const requests = requestsFor({
        question,
        system:
          systemText === undefined
            ? undefined
            : { text: systemText, explicit: options.system !== undefined },
        continuation: continued === undefined ? undefined : continuationOf(continued),
        params,
        exercise: options.exercise,
        ephemeral: !options.save,
        models: models.map((flag) =>
          chosenModel({ flag, conversation: continued?.conversation.model, env: deps.env, config }),
        ),
      })
      await stops.during(awaitRoomFor(client, requests))
      const watch = new RunWatch(client, delivery, conversationReader(deps, options.save))
      await sendAll(client, requests, { watch, stops, delivery })
    })
  } finally {
    stopTimer()
  }
}

/** `--timeout`: the whole request, from when it is known what to ask. */
function startTimer(
  seconds: number | undefined,
  stops: Stops,
  absence: () => CommandError | undefined,
): () => void {
  if (seconds === undefined) return () => undefined
  const timer = setTimeout(() => {
    stops.timedOut(seconds, absence())
  }, seconds * 1000)
  return () => {
    clearTimeout(timer)
  }
}

/** Sends the requests and waits for the end of each. */
async function sendAll(
  client: ChatClient,
  requests: readonly OutgoingChat[],
  { watch, stops, delivery }: { watch: RunWatch; stops: Stops; delivery: AnswerDelivery },
): Promise<void> {
  try {
    for (const request of requests) {
      delivery.expect(request.id, request.model)
      watch.add(request.id)
    }
    // The newest answer is the one that `-c` goes on with: that of the first model, as in `/compare`.
    for (const request of requests.toReversed()) client.send(request)
    stops.direct(watch)
    await watch.settled()
  } finally {
    watch.close()
  }
}

/** Reads a conversation at the relay, and lets the history know what it says. */
function conversationReader(deps: TextDeps, save: boolean): ReadConversation {
  return async (id) => {
    const found = await (await deps.http()).getConversation(id)
    if (found !== undefined && save) {
      const store = await deps.store().catch(() => undefined)
      store?.recordConversation(found, found.messages)
    }
    return found
  }
}

async function chosenConversation(
  options: AskOptions,
  deps: TextDeps,
): Promise<Continued | undefined> {
  if (options.continue !== true && options.resume === undefined) return undefined
  const store = await deps.store()
  const conversation =
    options.resume === undefined
      ? latestConversation(store)
      : conversationByPart(store, options.resume)
  return { store, conversation }
}
