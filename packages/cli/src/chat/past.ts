/** What the history knows of a conversation, for opening it again. */
import type { LocalMessage, LocalStore, OpenRun } from '../store/local-store.ts'
import { isPlaceToGoOn } from './branch-list.ts'
import { newRun, type ChatRun } from './chat-run.ts'
import { MessageTree } from './message-tree.ts'
import type { Line, PastMessage } from './session-events.ts'

/** More are not printed; they stay in the history. */
const MAX_TOLD = 100

export interface Past {
  readonly title: string | undefined
  readonly model: string | undefined
  readonly tokens: number
  readonly messages: readonly PastMessage[]
  /** Ids of the messages that are told or left out as too old. */
  readonly shown: ReadonlySet<string>
  readonly omitted: number
  /** What the next question follows. */
  readonly head: string | null
  /** The last question of the branch that is not under way. */
  readonly question: LocalMessage | undefined
  /** Runs without an end, oldest first. */
  readonly open: readonly OpenRun[]
  /** All messages of the conversation that are settled, all branches. */
  readonly all: readonly LocalMessage[]
}

/**
 * Reads the branch that the conversation goes on with: of the question that waits, of the message that a person chose,
 * or of the newest one. With `hit` it is that of the newest message below.
 */
export function readPast(store: LocalStore, conversationId: string, hit?: string): Past {
  const view = store.conversation(conversationId)
  const open = store.openRuns(conversationId)
  // What is under way is told as it comes, and what was not accepted is no part of the conversation yet.
  const answers = new Set(open.map(({ messageId }) => messageId))
  const unasked = new Set(
    open
      .filter(({ messageId, chat }) => messageId === null || chat.summarises === true)
      .flatMap(({ chat }) => chat.messages.at(-1)?.id ?? []),
  )
  const settled = store
    .messages(conversationId)
    .filter(({ id }) => !answers.has(id) && !unasked.has(id))
  const tree = new MessageTree(settled)
  const chosen =
    hit === undefined
      ? placeOfNext(open, store.chosenHead(conversationId))
      : tree.below(hit).at(-1)?.id
  const isKnown = chosen === null || (chosen !== undefined && tree.get(chosen) !== undefined)
  const branch = tree.path(isKnown ? chosen : (settled.at(-1)?.id ?? null))
  const told = branch.slice(-MAX_TOLD)
  const question = branch.findLast(({ role }) => role === 'user')
  return {
    title: view?.title,
    model: view?.model ?? undefined,
    tokens: view?.totalTokens ?? 0,
    messages: told.map(pastMessage),
    shown: new Set(branch.map(({ id }) => id)),
    omitted: branch.length - told.length,
    head: branch.findLast(isPlaceToGoOn)?.id ?? null,
    question,
    open,
    all: settled,
  }
}

/** What the first question that waits follows; null for nothing; undefined where neither waits one nor was chosen. */
function placeOfNext(open: readonly OpenRun[], chosen: string | null): string | null | undefined {
  const next = open.find(({ messageId, chat }) => messageId === null && chat.follows === undefined)
  if (next === undefined) return chosen ?? undefined
  return next.chat.messages.at(-2)?.id ?? next.chat.parentId
}

/** A question of the history as a run, so that it can be asked again. `runId` is nobody else's. */
export function runOfQuestion(question: LocalMessage, runId: string): ChatRun {
  const { id, role, content, parentId } = question
  const run = newRun({
    id: runId,
    own: true,
    messages: [{ id, role, content }],
    parentId,
    typed: content,
    startedAt: 0,
  })
  run.over = true
  return run
}

export function pastMessage(message: LocalMessage): PastMessage {
  if (message.role !== 'assistant') {
    const lines: Line[] =
      message.error === null ? [] : [{ tone: 'error', text: `Not asked: ${message.error}` }]
    return { role: message.role, text: message.content, lines }
  }
  const { content, reasoning, refusal } = message
  return { role: 'assistant', text: content, reasoning, refusal, lines: endOf(message) }
}

function endOf({ status, error, finishReason }: LocalMessage): Line[] {
  switch (status) {
    case 'completed':
    case 'started':
      return []
    case 'cancelled':
      return [{ tone: 'warning', text: 'Stopped.' }]
    case 'incomplete':
      return [{ tone: 'warning', text: `Cut (${finishReason ?? 'unknown'}).` }]
    case 'failed':
      return [{ tone: 'error', text: error ?? 'Failed.' }]
  }
}
