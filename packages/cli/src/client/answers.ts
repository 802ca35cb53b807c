/** The runs that this client follows: every piece told once, every end once, over any number of connections. */
import {
  errorInfo,
  type ErrorInfo,
  type ErrorMessage,
  type ResumedMessage,
  type StreamChunk,
} from '@speak-code/protocol'
import type { ClientEvent } from './client.ts'
import { RunFollower, type Outcome, type RunText } from './run-follower.ts'
import type { Session } from './session.ts'

export interface NewAnswer {
  readonly runId: string
  /** Of the answer, where it is known yet. */
  readonly messageId?: string | undefined
  /** Whether the client's history knows the run, so that it keeps its pieces. */
  readonly recorded: boolean
  /** The last seq known, 0 for none, and the text up to there. */
  readonly seq?: number
  readonly text?: string
  /** The chunks come without a resume: the relay has just accepted the question on this connection. */
  readonly following: boolean
  /** The relay has been asked to stop it. */
  readonly cancelled?: boolean
}

interface Answer {
  readonly runId: string
  messageId: string | undefined
  readonly recorded: boolean
  readonly follower: RunFollower
  /** On this connection. */
  following: boolean
  cancelled: boolean
  /** Holes on this connection. */
  gaps: number
  /** Resumes in a row that were refused. */
  refusals: number
  /** Not to be resumed before, in milliseconds of `Date.now()`. */
  notBefore: number
  /** When a silent run is asked about, in milliseconds of `Date.now()`. */
  doubtedAt: number | undefined
  /** It was, on this connection. */
  doubted: boolean
}

const MAX_REFUSALS = 3

/** How long a run that was resumed at its tail may say nothing until it is asked about. */
const DOUBT_MS = 5000

const UNVERIFIED = {
  status: 'failed',
  finishReason: null,
  endedBy: 'relay',
  error: errorInfo('internal', 'the text that arrived is not the one that the relay has'),
} as const

export class Answers {
  readonly #session: Session
  readonly #answers = new Map<string, Answer>()

  constructor(session: Session) {
    this.#session = session
  }

  /** Runs that have not ended. */
  get size(): number {
    return this.#answers.size
  }

  /** Runs that are followed on this connection. */
  get following(): number {
    let count = 0
    for (const answer of this.#answers.values()) if (answer.following) count += 1
    return count
  }

  has(runId: string): boolean {
    return this.#answers.has(runId)
  }

  add(answer: NewAnswer): void {
    const { runId, messageId, recorded, seq, text, following, cancelled = false } = answer
    this.#answers.set(runId, {
      runId,
      messageId,
      recorded,
      follower: new RunFollower(seq, text),
      following,
      cancelled,
      gaps: 0,
      refusals: 0,
      notBefore: 0,
      doubtedAt: undefined,
      doubted: false,
    })
  }

  /** The connection is gone: nothing is followed until it is resumed. */
  disconnected(): void {
    for (const answer of this.#answers.values()) {
      answer.following = false
      answer.gaps = 0
      answer.doubtedAt = undefined
      answer.doubted = false
      answer.follower.disconnected()
    }
  }

  /** Resumes up to `room` runs that are not followed on this connection. */
  resume(room: number): void {
    const now = this.#session.now()
    for (const answer of this.#answers.values()) this.#doubt(answer, now)
    let left = room
    for (const answer of this.#answers.values()) {
      if (answer.following || answer.notBefore > now) continue
      if (left <= 0) return
      left -= 1
      answer.following = true
      this.#resume(answer)
      if (answer.cancelled) this.#session.send({ type: 'cancel', id: answer.runId })
    }
  }

  /** When a refused resume may be tried again, or a silent run is asked about, in milliseconds of `Date.now()`. */
  get nextDue(): number | undefined {
    let next: number | undefined
    for (const { following, notBefore, doubtedAt } of this.#answers.values()) {
      const due = following ? doubtedAt : notBefore
      if (due !== undefined && (next === undefined || due < next)) next = due
    }
    return next
  }

  /** Asks the relay to stop a run, now or once it is resumed. */
  cancel(runId: string): void {
    const answer = this.#answers.get(runId)
    if (answer === undefined) return
    answer.cancelled = true
    if (answer.following) this.#session.send({ type: 'cancel', id: runId })
  }

  take(chunk: StreamChunk): void {
    const answer = this.#answers.get(chunk.id)
    if (answer === undefined) return
    answer.doubtedAt = undefined
    this.#tell(answer, answer.follower.take(chunk))
  }

  resumed(message: ResumedMessage): void {
    const answer = this.#answers.get(message.id)
    if (answer === undefined) return
    answer.refusals = 0
    answer.messageId ??= message.messageId ?? undefined
    const { seq } = answer.follower
    // Either nothing new has come, or a relay that was set back has ended the run there: then nothing ever will.
    if (message.mode === 'replay' && seq > 0 && message.seq === seq && !answer.doubted) {
      answer.doubtedAt = this.#session.now() + DOUBT_MS
    }
    this.#tell(answer, answer.follower.resumed(message))
  }

  /** The relay did not take a resume. */
  refused(error: ErrorMessage, info: ErrorInfo): void {
    const answer = error.id === undefined ? undefined : this.#answers.get(error.id)
    if (answer === undefined) {
      this.#session.emit({ type: 'problem', error: info })
      return
    }
    answer.refusals += 1
    if (!error.retryable || answer.refusals > MAX_REFUSALS) {
      this.#session.emit({ type: 'problem', error: info })
      this.#lose(answer)
      return
    }
    const wait = error.retryAfterMs ?? this.#session.backoff(answer.refusals)
    answer.follower.disconnected()
    answer.following = false
    answer.notBefore = this.#session.now() + wait
  }

  #tell(answer: Answer, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'next': {
        const { seq, delta, channel } = outcome.chunk
        const piece = { runId: answer.runId, seq, delta }
        const told = channel === undefined ? piece : { ...piece, channel }
        if (answer.recorded) this.#session.history.chunk(told)
        this.#session.emit({ type: 'delta', ...told })
        break
      }
      case 'nothing':
        break
      case 'gap':
        answer.gaps += 1
        if (answer.gaps === 1) this.#resume(answer)
        else this.#session.renew('the relay left out a part of an answer')
        break
      case 'mismatch':
        this.#resume(answer)
        break
      case 'replaced':
        this.#replace(answer, outcome.seq, outcome.text)
        break
      case 'end':
        if (outcome.text !== undefined) this.#replace(answer, outcome.chunk.seq - 1, outcome.text)
        this.#end(answer, outcome)
        break
      case 'lost':
        this.#lose(answer)
        break
    }
  }

  /** Asks for the last known chunk again: where the run's end has its seq, the two texts are not the same one. */
  #doubt(answer: Answer, now: number): void {
    const { doubtedAt, follower, runId } = answer
    if (doubtedAt === undefined || doubtedAt > now) return
    answer.doubtedAt = undefined
    answer.doubted = true
    this.#session.send({ type: 'resume', id: runId, after: follower.seq - 1 })
  }

  #resume(answer: Answer): void {
    const { follower, runId } = answer
    follower.asked()
    this.#session.send({ type: 'resume', id: runId, after: follower.seq })
  }

  #replace(answer: Answer, seq: number, text: RunText): void {
    if (answer.recorded) this.#session.history.replaced(answer.runId, seq, text)
    this.#session.emit({ type: 'replaced', runId: answer.runId, seq, ...text })
  }

  #end(answer: Answer, { chunk, verified }: Extract<Outcome, { kind: 'end' }>): void {
    // A text that is not the relay's is not kept as a whole one.
    const kept = verified || chunk.status !== 'completed' ? chunk : { ...chunk, ...UNVERIFIED }
    if (answer.recorded) this.#session.history.end(answer.runId, kept)
    this.#forget(answer, chunk.status === 'cancelled', {
      type: 'end',
      runId: answer.runId,
      chunk,
      verified,
    })
  }

  #lose(answer: Answer): void {
    this.#session.history.flush()
    this.#forget(answer, true, { type: 'lost', runId: answer.runId })
  }

  #forget({ runId, messageId }: Answer, held: boolean, event: ClientEvent): void {
    this.#answers.delete(runId)
    this.#session.settled({
      runId,
      held,
      ...(messageId === undefined ? {} : { parentId: messageId }),
    })
    this.#session.emit(event)
  }
}
