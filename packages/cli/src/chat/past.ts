/** What the history knows of a conversation, for opening it again. */
import type { ChatMessage } from '@speak-code/protocol'
import type { LocalMessage, LocalStore, OpenRun } from '../store/local-store.ts'
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
  readonly lastAnswer: string
  /** The last question of the branch that is not under way. */
  readonly question: { readonly message: ChatMessage; readonly parentId: string | null } | undefined
  /** Runs without an end, oldest first. */
  readonly open: readonly OpenRun[]
  /** The branch as it would be sent. */
  readonly branch: readonly ChatMessage[]
}

/** Reads the branch of the newest message. */
export function readPast(store: LocalStore, conversationId: string): Past {
  const view = store.conversation(conversationId)
  const open = store.openRuns(conversationId)
  // What is under way is told as it comes, and what was not accepted is no part of the conversation yet.
  const answers = new Set(open.map(({ messageId }) => messageId))
  const unasked = new Set(
    open.flatMap(({ messageId, chat }) =>
      messageId === null ? chat.messages.map(({ id }) => id) : [],
    ),
  )
  const settled = store
    .messages(conversationId)
    .filter(({ id }) => !answers.has(id) && !unasked.has(id))
  const newest = settled.at(-1)
  const branch = newest === undefined ? [] : store.branch(conversationId, newest.id)
  const told = branch.slice(-MAX_TOLD)
  const question = branch.findLast(({ role }) => role === 'user')
  return {
    title: view?.title,
    model: view?.model ?? undefined,
    tokens: view?.totalTokens ?? 0,
    messages: told.map(pastMessage),
    shown: new Set(branch.map(({ id }) => id)),
    omitted: branch.length - told.length,
    head: headOf(branch),
    lastAnswer: branch.findLast(({ role }) => role === 'assistant')?.content ?? '',
    question:
      question === undefined
        ? undefined
        : {
            message: { id: question.id, role: question.role, content: question.content },
            parentId: question.parentId,
          },
    open,
    branch: branch
      .filter(({ content }) => content !== '')
      .map(({ id, role, content }) => ({ id, role, content })),
  }
}

/** The last message, but not a question that was never answered: the next one takes its place. */
function headOf(branch: readonly LocalMessage[]): string | null {
  return branch.findLast(({ role }) => role === 'assistant')?.id ?? null
}

function pastMessage(message: LocalMessage): PastMessage {
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
