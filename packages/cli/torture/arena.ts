/** What all parts of one torture share. */
import type { ChaosProxy, MockUpstream } from '@speak-code/testkit'
import type { OutgoingChat } from '../src/client/client.ts'
import type { RelayUnderTest } from './relay-under-test.ts'
import type { Tally } from './tally.ts'
import type { Witness } from './witness.ts'

/** A client, in this process or in one of its own. */
export interface Reader {
  readonly line: ChaosProxy
  readonly witness: Witness
  ask(chat: OutgoingChat): void
  cancel(runId: string): void
}

export interface Arena {
  readonly relay: RelayUnderTest
  readonly upstream: MockUpstream
  readonly folder: string
  readonly tally: Tally
  /** Everybody who reads, for those who make trouble. */
  readonly readers: Set<Reader>
  /** Until then questions are asked and trouble is made. */
  readonly isOver: () => boolean
}
