/** Makes the request: the conversation that is gone on with, the messages, the ids. */
import type { ChatMessage, ChatParams, ConversationView } from '@speak-code/protocol'
import { v7 as uuid } from 'uuid'
import type { OutgoingChat } from '../../client/client.ts'
import type { LocalMessage, LocalStore } from '../../store/local-store.ts'

/** The conversation that `-c` or `-r` means, and where it is kept. */
export interface Continued {
  readonly store: LocalStore
  readonly conversation: ConversationView
}

/** Where a question goes: into a conversation that exists. */
interface Continuation {
  readonly conversationId: string
  /** From the root to the message that the question follows, itself the last. */
  readonly branch: readonly LocalMessage[]
}

/** The branch that ends with the conversation's newest answer. */
export function continuationOf({ store, conversation }: Continued): Continuation {
  const newest = store.messages(conversation.id).findLast(({ role }) => role === 'assistant')
  return {
    conversationId: conversation.id,
    branch: newest === undefined ? [] : store.branch(conversation.id, newest.id),
  }
}

interface Asked {
  readonly question: string
  readonly system: { readonly text: string; readonly explicit: boolean } | undefined
  readonly continuation: Continuation | undefined
  readonly params: ChatParams | undefined
  readonly exercise: string | undefined
  readonly ephemeral: boolean
  /** One request each; undefined leaves it to the relay. */
  readonly models: readonly (string | undefined)[]
}

const message = (role: ChatMessage['role'], content: string): ChatMessage => ({
  id: uuid(),
  role,
  content,
})

/**
 * One request for each model, all with the same question: their answers are branches of one conversation. A configured
 * system prompt begins a new conversation; one that was given explicitly also stands before a later question. An
 * ephemeral request carries the whole branch, in a conversation of its own.
 */
export function requestsFor(asked: Asked): OutgoingChat[] {
  const { continuation, params, exercise, ephemeral } = asked
  const branch = continuation?.branch ?? []
  const begins = branch.length === 0
  const messages = [
    ...(ephemeral ? branch.filter(({ content }) => content !== '') : []).map((known) =>
      message(known.role, known.content),
    ),
    ...(asked.system !== undefined && (begins || asked.system.explicit)
      ? [message('system', asked.system.text)]
      : []),
    message('user', asked.question),
  ]
  const conversationId =
    continuation === undefined || ephemeral ? uuid() : continuation.conversationId
  return asked.models.map((model) => ({
    id: uuid(),
    conversationId,
    parentId: ephemeral ? null : (branch.at(-1)?.id ?? null),
    messages,
    ...(model === undefined ? {} : { model }),
    ...(params === undefined ? {} : { params }),
    ...(exercise === undefined ? {} : { exercise: { slug: exercise } }),
    ...(ephemeral ? { ephemeral: true } : {}),
  }))
}
