/** Keeps the client's copy of what it is told, without making the stream wait for the disk. */
import type { AcceptedMessage, EndChunk, RunMessage } from '@speak-code/protocol'
import type { LocalChunk, LocalStore } from '../store/local-store.ts'
import type { OutgoingChat } from './client.ts'
import type { Clock } from './clock.ts'
import type { RunText } from './run-follower.ts'

/** A crash of the client loses at most so much of its own copy; the relay has it all. */
const GATHER_MS = 1000
/** What has waited so long is written with the next piece: to be woken for it alone costs as much as to write it. */
const LATE_MS = 850
const GATHER_UNITS = 64 * 1024
/** How long to leave a store alone that could not be written. */
const RETRY_MS = 1000

/** What the client needs of the local history. */
export type ClientStore = Pick<
  LocalStore,
  | 'recordSend'
  | 'recordAccepted'
  | 'recordChunks'
  | 'recordReplaced'
  | 'recordEnd'
  | 'recordRefused'
  | 'recordForeignRun'
  | 'withdraw'
  | 'openRuns'
  | 'messages'
  | 'branch'
>

export interface HistoryWriterOptions {
  readonly store: ClientStore | undefined
  readonly clock: Clock
  /** Called for the first failure only: a full disk would be told with every piece. */
  readonly failed: (cause: unknown) => void
}

/**
 * All writes but {@link HistoryWriter.send} survive a store that fails: pieces stay in memory and are tried again, and
 * a run whose text is not all on disk is not marked as ended there, so that the next session reads the rest.
 */
export class HistoryWriter {
  readonly #options: HistoryWriterOptions
  #waiting = new Map<string, LocalChunk[]>()
  /** Runs whose text on disk is not the one that was told. */
  readonly #behind = new Set<string>()
  #units = 0
  /** When the first of what is waiting came. */
  #since = 0
  #stopTimer: (() => void) | undefined
  #told = false

  constructor(options: HistoryWriterOptions) {
    this.#options = options
  }

  /** Writes a question. Throws what the store throws. */
  send(chat: OutgoingChat): void {
    this.#options.store?.recordSend(chat)
  }

  /** Writes a question again whose place or messages have changed. */
  changed(chat: OutgoingChat): void {
    this.#attempt((store) => {
      store.recordSend(chat)
    })
  }

  /** Returns whether pieces of the run can be written now. */
  accepted(
    runId: string,
    message: Pick<AcceptedMessage, 'messageId' | 'model' | 'provider'>,
  ): boolean {
    const { messageId, model, provider } = message
    return this.#attempt((store) => {
      store.recordAccepted(runId, { messageId, model, provider })
    })
  }

  /** As `accepted`, for a run of another terminal. */
  foreign(
    run: Pick<RunMessage, 'conversationId' | 'id' | 'messageId' | 'parentId' | 'messages'>,
  ): boolean {
    const { conversationId, id, messageId, parentId, messages = [] } = run
    return this.#attempt((store) => {
      store.recordForeignRun({ runId: id, conversationId, messageId, parentId, messages })
    })
  }

  /** Written within {@link GATHER_MS}, together with what else has come by then. */
  chunk(chunk: LocalChunk): void {
    if (this.#options.store === undefined || this.#behind.has(chunk.runId)) return
    const waiting = this.#waiting.get(chunk.runId)
    if (waiting === undefined) this.#waiting.set(chunk.runId, [chunk])
    else waiting.push(chunk)
    this.#units += chunk.delta.length
    const { clock } = this.#options
    if (this.#stopTimer === undefined) {
      this.#since = clock.now()
      this.#stopTimer = clock.after(GATHER_MS, this.flush)
    }
    if (this.#units >= GATHER_UNITS || clock.now() - this.#since >= LATE_MS) this.flush()
  }

  replaced(runId: string, seq: number, text: RunText): void {
    this.#waiting.delete(runId)
    const written = this.#attempt((store) => {
      store.recordReplaced(runId, { seq, ...text })
    })
    if (written) this.#behind.delete(runId)
    else this.#behind.add(runId)
  }

  end(runId: string, chunk: EndChunk): void {
    this.flush()
    // What could not be written by now is read again from the relay in the next session.
    const behind = this.#behind.delete(runId)
    if (this.#waiting.delete(runId) || behind) return
    this.#attempt((store) => {
      store.recordEnd(runId, chunk)
    })
  }

  refused(runId: string, message: string): void {
    this.#attempt((store) => {
      store.recordRefused(runId, message)
    })
  }

  withdrawn(runId: string): void {
    this.#attempt((store) => {
      store.withdraw(runId)
    })
  }

  /** Writes what is waiting, now. */
  readonly flush = (): void => {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#units = 0
    const waiting = this.#waiting
    if (waiting.size === 0 || this.#write([...waiting.values()].flat())) {
      this.#waiting = new Map()
      return
    }
    // One run that cannot be written must not hold up the others.
    for (const [runId, chunks] of waiting) if (this.#write(chunks)) waiting.delete(runId)
    if (waiting.size > 0) this.#stopTimer = this.#options.clock.after(RETRY_MS, this.flush)
  }

  /** Writes what is waiting, for the last time. */
  close(): void {
    this.flush()
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  #write(chunks: readonly LocalChunk[]): boolean {
    return this.#attempt((store) => {
      store.recordChunks(chunks)
    })
  }

  #attempt(write: (store: ClientStore) => void): boolean {
    const { store, failed } = this.#options
    if (store === undefined) return false
    try {
      write(store)
      return true
    } catch (cause) {
      if (!this.#told) {
        this.#told = true
        failed(cause)
      }
      return false
    }
  }
}
