/** Messages of the tree that this session makes itself. */
import type { ChatMessage } from '@speak-code/protocol'
import type { LocalMessage } from '../store/local-store.ts'
import type { ChatRun } from './chat-run.ts'

/** Something that was typed. `at` in milliseconds since 1970. */
export function typedMessage(
  message: ChatMessage,
  parentId: string | null,
  at: number,
): LocalMessage {
  return {
    ...message,
    parentId,
    status: 'completed',
    finishReason: null,
    usage: null,
    cost: null,
    model: null,
    provider: null,
    createdAt: new Date(at).toISOString(),
    reasoning: '',
    refusal: '',
    runId: null,
    error: null,
  }
}

/** A run's answer, as far as it has come; undefined while the relay has not given it an id. */
export function answerMessage(run: ChatRun): LocalMessage | undefined {
  const { messageId, end } = run
  if (messageId === undefined) return undefined
  const question = run.messages.at(-1)
  return {
    id: messageId,
    parentId: question?.id ?? run.parentId ?? null,
    role: 'assistant',
    content: run.text,
    reasoning: run.reasoning,
    refusal: run.refusal,
    status: end?.chunk.status ?? (run.over ? 'failed' : 'started'),
    finishReason: end?.chunk.finishReason ?? null,
    usage: end?.chunk.usage ?? null,
    cost: end?.chunk.cost ?? null,
    model: end?.chunk.model ?? run.model ?? null,
    provider: end?.chunk.provider ?? run.provider ?? null,
    createdAt: new Date(run.startedAt).toISOString(),
    runId: run.id,
    error: end?.chunk.error?.message ?? null,
  }
}
