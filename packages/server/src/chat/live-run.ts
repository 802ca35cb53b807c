/**
 * A run that is under way: it numbers the deltas, keeps the newest of them at hand for followers, and knows
 * who follows. It has no socket, no SQL and no vendor.
 */
import type { EndChunk, NoticeMessage } from '@speak-code/protocol'
import type { TextDelta } from '../providers/provider.ts'
import type { Answer, LogEntry, RunRow } from '../store/store.ts'
import { answerOf } from './answer.ts'
import { SurrogateJoiner } from './surrogates.ts'

/** A longer delta is split, so that its frame fits whatever JSON makes of it (at most 6 bytes a code unit). */
const MAX_DELTA_LENGTH = 256 * 1024

/** Told to those who follow at that moment; not numbered, not kept. */
export type NoticeListener = (notice: NoticeMessage) => void

const NONE: readonly LogEntry[] = []

type TextChannel = TextDelta['channel']

export class LiveRun {
  readonly row: RunRow
  readonly promptLength: number
  /** The end chunk, once it is in the journal. */
  end: EndChunk | undefined
  #seq = 0
  #committed = 0
  #segmented = 0
  /** Every chunk after `#segmented`, those on their way into the journal included. */
  #tail: LogEntry[] = []
  readonly #textJoiner = new SurrogateJoiner()
  readonly #reasoningJoiner = new SurrogateJoiner()
  readonly #refusalJoiner = new SurrogateJoiner()
  /** The answer up to `#segmented`, a piece for each segment; the rest of it is in `#tail`. */
  readonly #pieces: Answer[] = []
  readonly #wakes = new Set<() => void>()
  readonly #noticed = new Set<NoticeListener>()
  readonly #onFollowers: (count: number) => void

  /** `onFollowers` is told whenever the number of followers has changed. */
  constructor(row: RunRow, promptLength: number, onFollowers: (count: number) => void) {
    this.row = row
    this.promptLength = promptLength
    this.#onFollowers = onFollowers
  }

  /** The last seq in the journal: the tail that any client may know of. */
  get committed(): number {
    return this.#committed
  }

  /** The last seq that was given, whether it is in the journal yet or not. */
  get numbered(): number {
    return this.#seq
  }

  /** How many chunks are in the log, but in no segment. */
  get unsegmented(): number {
    return this.#committed - this.#segmented
  }

  get followers(): number {
    return this.#wakes.size
  }

  get answer(): Answer {
    const pieces = [...this.#pieces, answerOf(this.#tail)]
    return {
      text: pieces.map((piece) => piece.text).join(''),
      reasoning: pieces.map((piece) => piece.reasoning).join(''),
      refusal: pieces.map((piece) => piece.refusal).join(''),
    }
  }

  /** Numbers a delta: the chunks that have to enter the journal now. None where half a surrogate pair is held back. */
  add({ channel, text }: TextDelta): readonly LogEntry[] {
    return this.#number(channel, this.#joinerOf(channel).push(text))
  }

  /** What was held back when the provider ended. */
  flush(): readonly LogEntry[] {
    return (['reasoning', 'refusal', 'text'] as const).flatMap((channel) =>
      this.#number(channel, this.#joinerOf(channel).flush()),
    )
  }

  /** Everything up to `seq` is in the journal. Wakes the followers. */
  commit(seq: number): void {
    if (seq <= this.#committed) return
    this.#committed = seq
    this.#wake()
  }

  /** Forgets the chunks that never came into the journal; no client has seen them. */
  rollBack(): void {
    this.#tail.length = this.unsegmented
    this.#seq = this.#committed
  }

  /** Chunks that are in the journal, but in no segment. */
  tail(): readonly LogEntry[] {
    return this.#tail.slice(0, this.unsegmented)
  }

  /** The chunks up to `seq` are in a segment: followers read them from the store from now on. */
  segmented(seq: number): void {
    this.#pieces.push(answerOf(this.#tail.slice(0, seq - this.#segmented)))
    this.#tail = this.#tail.slice(seq - this.#segmented)
    this.#segmented = seq
  }

  /** The end is in the journal. Wakes the followers for the last time. */
  finish(end: EndChunk): void {
    this.end = end
    this.#wake()
  }

  /** The chunk with this seq, if it is in the journal and still at hand. */
  at(seq: number): LogEntry | undefined {
    return seq > this.#committed ? undefined : this.#tail[seq - this.#segmented - 1]
  }

  /** Tells the followers what is for people; nothing after the end. */
  notify(notice: Omit<NoticeMessage, 'type' | 'id'>): void {
    if (this.end !== undefined) return
    const { id } = this.row
    for (const listener of this.#noticed) listener({ type: 'notice', id, ...notice })
  }

  /** Calls `wake` whenever there may be more to read. Returns the function that stops it. */
  follow(wake: () => void, onNotice?: NoticeListener): () => void {
    this.#wakes.add(wake)
    if (onNotice !== undefined) this.#noticed.add(onNotice)
    this.#onFollowers(this.#wakes.size)
    return () => {
      if (onNotice !== undefined) this.#noticed.delete(onNotice)
      if (this.#wakes.delete(wake)) this.#onFollowers(this.#wakes.size)
    }
  }

  #joinerOf(channel: TextChannel): SurrogateJoiner {
    if (channel === 'text') return this.#textJoiner
    return channel === 'reasoning' ? this.#reasoningJoiner : this.#refusalJoiner
  }

  #number(channel: TextChannel, text: string): readonly LogEntry[] {
    if (text === '') return NONE
    if (text.length <= MAX_DELTA_LENGTH) return [this.#chunk(channel, text)]
    return split(text).map((delta) => this.#chunk(channel, delta))
  }

  #chunk(channel: TextChannel, delta: string): LogEntry {
    this.#seq += 1
    const { key: run } = this.row
    const json = JSON.stringify(delta)
    const chunk: LogEntry =
      channel === 'text'
        ? { run, seq: this.#seq, delta, json }
        : { run, seq: this.#seq, delta, json, channel }
    this.#tail.push(chunk)
    return chunk
  }

  #wake(): void {
    for (const wake of this.#wakes) wake()
  }
}

function split(text: string): string[] {
  const pieces: string[] = []
  const joiner = new SurrogateJoiner()
  for (let from = 0; from < text.length; from += MAX_DELTA_LENGTH) {
    pieces.push(joiner.push(text.slice(from, from + MAX_DELTA_LENGTH)))
  }
  return pieces.filter((piece) => piece !== '')
}
