/** What one terminal has been told of its runs, and every word that it should not have been told. */
import { createHash } from 'node:crypto'
import type { EndChunk, ErrorInfo } from '@speak-code/protocol'
import type { ClientEvent } from '../src/client/client.ts'

export interface Told {
  text: string
  /** The last seq. */
  seq: number
  accepted: boolean
  messageId: string | undefined
  end: EndChunk | undefined
  withdrawn: boolean
  /** The relay does not know it (any more). */
  lost: boolean
  refused: ErrorInfo | undefined
}

export type ComplaintKind = 'loss' | 'double' | 'unknown' | 'stuck' | 'dishonest'

export interface Complaint {
  readonly kind: ComplaintKind
  readonly what: string
}

export const sha256 = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest('hex')

const TICK_MS = 1000

export class Witness {
  readonly complaints: Complaint[] = []
  /** While a session takes up what an earlier one left, texts are replaced by those on disk. */
  restoring = false
  /** Ends that were told so far, of all runs. */
  ends = 0
  readonly #name: string
  readonly #told = new Map<string, Told>()
  readonly #waiting = new Set<() => void>()

  constructor(name: string) {
    this.#name = name
  }

  of(runId: string): Told {
    const known = this.#told.get(runId)
    if (known !== undefined) return known
    const told: Told = {
      text: '',
      seq: 0,
      accepted: false,
      messageId: undefined,
      end: undefined,
      withdrawn: false,
      lost: false,
      refused: undefined,
    }
    this.#told.set(runId, told)
    return told
  }

  /** An answer is on its way. */
  get streams(): boolean {
    return [...this.#told.values()].some(({ seq, end }) => seq > 0 && end === undefined)
  }

  forget(runId: string): void {
    this.#told.delete(runId)
  }

  take(event: ClientEvent): void {
    switch (event.type) {
      case 'delta':
        this.#delta(event)
        break
      case 'replaced':
        this.#replaced(event)
        break
      case 'end':
        this.#end(event)
        break
      case 'accepted':
        this.of(event.runId).accepted = true
        this.of(event.runId).messageId = event.messageId
        break
      case 'withdrawn':
        this.of(event.runId).withdrawn = true
        break
      case 'refused':
        this.of(event.runId).refused = event.error
        this.#complain(
          'loss',
          event.runId,
          `was refused: ${event.error.code} ${event.error.message}`,
        )
        break
      case 'lost':
        this.of(event.runId).lost = true
        this.#complain(
          'unknown',
          event.runId,
          `is not known to the relay after ${this.of(event.runId).seq}`,
        )
        break
      case 'problem':
        this.#complain('dishonest', '-', `a problem: ${event.error.code} ${event.error.message}`)
        break
      case 'status':
      case 'welcome':
      case 'postponed':
      case 'notice':
      case 'run':
      case 'attached':
        break
    }
    for (const wake of this.#waiting) wake()
  }

  /**
   * Resolves with true once the condition holds, with false when it does not in time. A second in which this process itself
   * stood still counts as one, however long it was.
   */
  async until(condition: () => boolean, patienceMs: number): Promise<boolean> {
    if (condition()) return true
    const { promise, resolve } = Promise.withResolvers<boolean>()
    let left = patienceMs
    const timer = setInterval(() => {
      left -= TICK_MS
      if (left <= 0) resolve(condition())
    }, TICK_MS)
    const wake = (): void => {
      if (condition()) resolve(true)
    }
    this.#waiting.add(wake)
    try {
      return await promise
    } finally {
      clearInterval(timer)
      this.#waiting.delete(wake)
    }
  }

  #delta({ runId, seq, delta, channel }: Extract<ClientEvent, { type: 'delta' }>): void {
    const told = this.of(runId)
    if (told.end !== undefined) this.#complain('double', runId, `has a piece ${seq} after its end`)
    if (seq <= told.seq) this.#complain('double', runId, `has piece ${seq} again after ${told.seq}`)
    if (seq > told.seq + 1) this.#complain('loss', runId, `has piece ${seq} after ${told.seq}`)
    told.seq = seq
    if (channel === undefined) told.text += delta
  }

  #replaced({ runId, seq, text }: Extract<ClientEvent, { type: 'replaced' }>): void {
    const told = this.of(runId)
    if (!this.restoring) this.#complain('loss', runId, `had to be read again at ${told.seq}`)
    told.seq = seq
    told.text = text
  }

  #end({ runId, chunk, verified }: Extract<ClientEvent, { type: 'end' }>): void {
    const told = this.of(runId)
    if (told.end !== undefined) this.#complain('double', runId, 'has a second end')
    if (chunk.seq !== told.seq + 1) {
      this.#complain('loss', runId, `ends with ${chunk.seq} after ${told.seq}`)
    }
    if (!verified) this.#complain('dishonest', runId, 'could not be verified')
    if (chunk.textSha256 !== sha256(told.text)) {
      this.#complain('loss', runId, 'has another text than its hash')
    }
    told.end = chunk
    this.ends += 1
  }

  #complain(kind: ComplaintKind, runId: string, what: string): void {
    this.complaints.push({ kind, what: `${this.#name}: ${runId} ${what}` })
  }
}
