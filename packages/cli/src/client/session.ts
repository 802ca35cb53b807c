/** What questions and answers need of the client around them. */
import type { ClientMessage } from '@speak-code/protocol'
import type { ClientEvent } from './client.ts'
import type { Sent } from './connection.ts'
import type { HistoryWriter } from './history-writer.ts'
import type { Settled } from './outbox.ts'

export interface Session {
  readonly history: HistoryWriter
  emit(event: ClientEvent): void
  send(message: ClientMessage): Sent
  /** Milliseconds of `Date.now()`. */
  now(): number
  /** How long to wait after failure number `count`, in milliseconds, where the relay gave no hint. */
  backoff(count: number): number
  /** Drops the connection, on which `reason` happened, and opens another. */
  renew(reason: string): void
  /** A run is over, or will never begin: what follows it can be placed. */
  settled(settled: Settled): void
}
