/** What a client's process and the one that started it say to each other. */
import type { ClientEvent, OutgoingChat } from '../src/client/client.ts'

export type ClientOrder =
  | { readonly type: 'ask'; readonly chat: OutgoingChat }
  | { readonly type: 'cancel'; readonly runId: string }
  /** From its start. */
  | { readonly type: 'follow'; readonly runId: string }

export type ClientNews =
  | { readonly type: 'event'; readonly event: ClientEvent }
  /** The question is on disk. */
  | { readonly type: 'asked'; readonly runId: string }
  /** What earlier sessions left is taken up between these two. */
  | { readonly type: 'restoring' }
  | { readonly type: 'restored' }

const typeOf = (message: unknown): unknown =>
  typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined

export const isClientOrder = (message: unknown): message is ClientOrder =>
  ['ask', 'cancel', 'follow'].some((type) => type === typeOf(message))

export const isClientNews = (message: unknown): message is ClientNews =>
  ['event', 'asked', 'restoring', 'restored'].some((type) => type === typeOf(message))
