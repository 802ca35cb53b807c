/** A conversation as a text. */
import type { ConversationView, ConversationWithMessages, MessageView } from '@speak-code/protocol'
import type { LocalMessage, LocalStore } from '../store/local-store.ts'

/** A conversation and what of it is shown. */
export interface Transcript {
  readonly conversation: ConversationView
  /** All messages, oldest first. */
  readonly messages: readonly LocalMessage[]
  /** From the root to the end of the branch that is told. */
  readonly branch: readonly LocalMessage[]
}

/** The branch of the newest message. */
export function transcriptOf(store: LocalStore, conversation: ConversationView): Transcript {
  const messages = store.messages(conversation.id)
  const newest = messages.at(-1)
  const branch = newest === undefined ? [] : store.branch(conversation.id, newest.id)
  return { conversation, messages, branch }
}

/** What of an answer is said beside its text, where there is something. */
type Extras = Partial<Pick<LocalMessage, 'provider' | 'cost' | 'reasoning' | 'refusal' | 'error'>>

/** As the relay's HTTP routes give it (CONTRACT.md §3), all branches, and what only answers have. */
export function jsonOf({ conversation, messages }: Transcript): ConversationWithMessages {
  return { ...conversation, messages: messages.map(messageJson) }
}

function messageJson(message: LocalMessage): MessageView & Extras {
  const { runId: _runId, provider, cost, reasoning, refusal, error, ...view } = message
  return {
    ...view,
    ...(provider !== null && { provider }),
    ...(cost !== null && { cost }),
    ...(reasoning !== '' && { reasoning }),
    ...(refusal !== '' && { refusal }),
    ...(error !== null && { error }),
  }
}

/** What a message says: its text, else the refusal. */
export function textOf({ content, refusal }: LocalMessage): string {
  return [content, refusal].filter((text) => text !== '').join('\n\n')
}

/** Why the text may not be all, in a sentence; empty for a message that is whole. */
export function remarkOn({ role, status, finishReason, error, refusal }: LocalMessage): string {
  if (role !== 'assistant') return error === null ? '' : `Not answered: ${error}`
  switch (status) {
    case 'completed':
      return finishReason === 'refusal' || refusal !== '' ? 'The model refused.' : ''
    case 'started':
      return 'The end of this answer has not been seen.'
    case 'incomplete':
      return `Cut short (${finishReason ?? 'unknown'}).`
    case 'cancelled':
      return 'Stopped.'
    case 'failed':
      return error ?? 'Failed.'
  }
}

export const EXPORT_FORMATS = ['md', 'json'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** A file's text: the branch as Markdown, or all branches as JSON. */
export function exported(transcript: Transcript, format: ExportFormat): string {
  return format === 'md'
    ? markdownOf(transcript)
    : `${JSON.stringify(jsonOf(transcript), null, 2)}\n`
}

/** How many messages stand on other branches. */
export function elsewhere({ messages, branch }: Transcript): number {
  return messages.length - branch.length
}

const HEADINGS = { user: 'You', system: 'System' } as const

/** Who said it: of an answer its model, as `provider/id` where the provider is known; `fallback` where neither is. */
export function speakerOf({ role, provider, model }: LocalMessage, fallback: string): string {
  if (role !== 'assistant') return HEADINGS[role]
  if (model === null) return fallback
  return provider === null ? model : `${provider}/${model}`
}

/** The branch as Markdown. Texts are given as they are. */
function markdownOf({ conversation, messages, branch }: Transcript): string {
  const { id, title, model, createdAt } = conversation
  const others = elsewhere({ conversation, messages, branch })
  const head = [
    `# ${title === '' ? id : title}`,
    [
      `- Conversation: ${id}`,
      ...(model === null ? [] : [`- Model: ${model}`]),
      `- Begun: ${createdAt}`,
      ...(others === 0 ? [] : [`- Not shown: ${others} on other branches`]),
    ].join('\n'),
  ]
  const parts = branch.flatMap((message) => {
    const remark = remarkOn(message)
    return [
      `## ${speakerOf(message, 'Assistant')}`,
      textOf(message),
      remark === '' ? '' : `> ${remark}`,
    ]
  })
  return `${[...head, ...parts].filter((part) => part !== '').join('\n\n')}\n`
}
