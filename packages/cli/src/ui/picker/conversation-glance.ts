/** What is told of a conversation and of a hit in one. */
import type { LocalStore, SearchHit } from '../../store/local-store.ts'
import type { Glance } from './picker-state.ts'

export function conversationGlance(store: LocalStore, id: string): Glance {
  const conversation = store.conversation(id)
  if (conversation === undefined) return { details: ['deleted'] }
  const { messageCount, totalTokens, model, updatedAt, lastMessageAt } = conversation
  const parts = [
    `${messageCount} ${messageCount === 1 ? 'message' : 'messages'}`,
    ...(model === null ? [] : [model]),
    ...(totalTokens === 0 ? [] : [`${short(totalTokens)} tokens`]),
  ]
  return {
    at: Date.parse(lastMessageAt ?? updatedAt),
    details: parts,
    snippet: store.latestLine(id),
  }
}

const SPEAKERS = { user: 'you', assistant: 'answer', system: 'system' } as const

export function hitGlance({ role, snippet, createdAt }: SearchHit): Glance {
  return { at: Date.parse(createdAt), details: [SPEAKERS[role]], snippet }
}

/** 950, 12k, 3.4M. */
function short(count: number): string {
  if (count < 1000) return String(count)
  if (count < 999_500) return `${Math.round(count / 1000)}k`
  return `${(count / 1_000_000).toFixed(1)}M`
}
