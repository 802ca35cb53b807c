/** What became of an answer that the relay has lost sight of: it is in the conversation, if anywhere (CONTRACT §1, `lost`). */
import { createHash } from 'node:crypto'
import type { ConversationWithMessages, EndChunk, MessageView } from '@speak-code/protocol'
import type { Answer } from './answer.ts'

/** The conversation as the relay has it; undefined where it has none. */
export type ReadConversation = (id: string) => Promise<ConversationWithMessages | undefined>

interface FoundAnswer {
  readonly text: string
  /** How it ended; undefined where what is there is not said to be the whole. */
  readonly end: EndChunk | undefined
}

/** Never rejects: a conversation that cannot be read has no answer. */
export async function findLostAnswer(
  answer: Answer,
  readConversation: ReadConversation,
): Promise<FoundAnswer | undefined> {
  const { accepted } = answer
  if (accepted === undefined) return undefined
  try {
    const conversation = await readConversation(accepted.conversationId)
    const message = conversation?.messages.find(({ id }) => id === accepted.messageId)
    return message && { text: message.content, end: endOf(answer, accepted, message) }
  } catch {
    return undefined
  }
}

function endOf(
  { runId, seq }: Answer,
  { model, provider }: NonNullable<Answer['accepted']>,
  { status, finishReason, usage, content }: MessageView,
): EndChunk | undefined {
  if (usage === null || (status !== 'completed' && status !== 'incomplete')) return undefined
  return {
    type: 'chunk',
    id: runId,
    seq: seq + 1,
    delta: '',
    done: true,
    status,
    finishReason,
    endedBy: 'provider',
    model,
    provider,
    usage,
    textSha256: createHash('sha256').update(content).digest('hex'),
  }
}
