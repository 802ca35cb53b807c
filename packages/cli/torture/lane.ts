/** One conversation after the other, one question after the other, each judged at its end. */
import { randomUUID } from 'node:crypto'
import { questionFor } from './answer.ts'
import type { Arena, Reader } from './arena.ts'
import { type Dice, pause } from './dice.ts'
import { randomSpeech } from './speech.ts'
import { judge, judgeCalls } from './verdict.ts'
import type { Told } from './witness.ts'

/** After this long without an end a run counts as lost. */
const STUCK_MS = 60_000
const LONGEST_CONVERSATION = 30
const CANCELS = 0.12

/** Can be told of a run that it has not heard of. */
interface Follower {
  follow(runId: string): void
}

export interface LaneOptions {
  readonly name: string
  readonly arena: Arena
  readonly dice: Dice
  readonly asker: Reader
  /** They read along. */
  readonly others: readonly (Reader & Follower)[]
  /** A new conversation begins. */
  readonly joins: (conversationId: string) => void
  /** Happens while the answer is on its way. */
  readonly meanwhile?: (turn: Turn) => Promise<void>
}

export interface Turn {
  readonly runId: string
  readonly conversationId: string
  readonly question: string
  readonly whole: string
}

interface Place {
  readonly conversationId: string
  readonly parentId: string | null
  readonly turns: number
}

/** Asks until the arena is over. */
export async function runLane(options: LaneOptions): Promise<void> {
  let place = newPlace(options)
  while (!options.arena.isOver()) {
    place = await takeTurn(options, place)
    if (place.turns >= LONGEST_CONVERSATION) place = newPlace(options)
  }
}

function newPlace({ joins }: LaneOptions): Place {
  const conversationId = randomUUID()
  joins(conversationId)
  return { conversationId, parentId: null, turns: 0 }
}

async function takeTurn(options: LaneOptions, place: Place): Promise<Place> {
  const { arena, dice, asker, others, name } = options
  const { tally, upstream, relay } = arena
  const { whole, reply } = randomSpeech(dice)
  const model = randomUUID()
  await upstream.script(reply, { model })
  const chat = questionFor(model, place.conversationId, place.parentId)
  const changesBefore = relay.changes
  const faultsBefore = tally.upstreamFaults
  asker.ask(chat)
  const cancelled = dice.chance(CANCELS)
  const cancelling = cancelled ? cancelLater(options, chat.id) : Promise.resolve()
  const [message] = chat.messages
  const turn = { runId: chat.id, whole, question: message?.content ?? '' }
  await options.meanwhile?.({ ...turn, conversationId: place.conversationId })
  await cancelling

  const told = await untilOver(asker, chat.id)
  const followers = told.withdrawn
    ? others.filter((other) => other.witness.of(chat.id).seq > 0)
    : others
  for (const follower of followers) {
    // A run that began and ended while its line was down is news to it.
    follower.follow(chat.id)
    await untilOver(follower, chat.id)
  }
  const readers = told.withdrawn ? followers : [asker, ...followers]
  const calls = await upstream.take(model)
  const fate = {
    cancelled,
    restarted: relay.changes > changesBefore,
    upstreamStruck: tally.upstreamFaults > faultsBefore,
  }
  for (const reader of readers) {
    const heard = reader.witness.of(chat.id)
    tally.complaints.push(...judge(`${name} ${chat.id}`, heard, whole, fate))
    tally.bytes += Buffer.byteLength(heard.text)
  }
  const stories = readers.map(({ witness }) => witness.of(chat.id))
  if (new Set(stories.map(({ text, end }) => JSON.stringify([text, end]))).size > 1) {
    const what = `${name} ${chat.id}: two terminals were told different things`
    tally.complaints.push({ kind: 'loss', what })
  }
  tally.complaints.push(...judgeCalls(`${name} ${chat.id}`, calls, fate))
  tally.calls += calls.length
  count(arena, told)
  for (const { witness } of [asker, ...others]) {
    tally.complaints.push(...witness.complaints.splice(0))
    witness.forget(chat.id)
  }
  const parentId = told.withdrawn ? place.parentId : (told.messageId ?? place.parentId)
  return { conversationId: place.conversationId, parentId, turns: place.turns + 1 }
}

async function untilOver({ witness }: Reader, runId: string): Promise<Told> {
  await witness.until(() => {
    const { end, withdrawn, lost, refused } = witness.of(runId)
    return end !== undefined || withdrawn || lost || refused !== undefined
  }, STUCK_MS)
  return witness.of(runId)
}

async function cancelLater({ dice, asker, others }: LaneOptions, runId: string): Promise<void> {
  await pause(dice.between(0, 500))
  const by = dice.pick([asker, ...others])
  // Only who has heard of the run can stop it.
  if (by === asker || by.witness.of(runId).seq > 0) by.cancel(runId)
}

function count({ tally }: Arena, { end }: Told): void {
  tally.runs += 1
  tally.completed += Number(end?.status === 'completed')
  tally.cancelled += Number(end?.status === 'cancelled')
  tally.interrupted += Number(end?.status === 'failed')
}
