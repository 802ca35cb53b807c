/**
 * A run that is under way: it numbers the deltas, keeps the newest of them at hand for followers, and knows
 * who follows. It has no socket, no SQL and no vendor.
 */
import type { EndChunk, NoticeMessage } from '@speak-code/protocol'
import type { Checkpoint, TextDelta } from '../providers/provider.ts'
import type { Answer, JournalChunk, LogEntry, RunCheckpoint, RunRow } from '../store/store.ts'
import { answerOf } from './answer.ts'
import { LiveChunk } from './live-chunk.ts'
import { packPlace, type Place } from './place.ts'
import { SurrogateJoiner } from './surrogates.ts'

/** A longer delta is split, so that its frame fits whatever JSON makes of it (at most 6 bytes a code unit). */
const MAX_DELTA_LENGTH = 256 * 1024

/** Told to those who follow at that moment; not numbered, not kept. */
export type NoticeListener = (notice: NoticeMessage) => void

const NONE: readonly LogEntry[] = []

type TextChannel = TextDelta['channel']

/** A run that another process has begun. */
export interface BegunRun {
  /** All of them in segments. */
  readonly chunks: readonly JournalChunk[]
  readonly place: Place
}

export class LiveRun {
  readonly row: RunRow
  /** The end chunk, once it is in the journal. */
  end: EndChunk | undefined
  /** Where the answer can be read on after all that was added; undefined where it cannot. */
  resumeAt: Checkpoint | undefined
  #seq = 0
  #committed = 0
  #segmented = 0
  /** What the journal was last given of `resumeAt`; what of that is in the log, and what is with the segments. */
  #taken: { readonly at: Checkpoint; readonly checkpoint: RunCheckpoint } | undefined
  #logged: RunCheckpoint | undefined
  #stored: RunCheckpoint | undefined
  /** Every chunk after `#segmented`, those on their way into the journal included. */
  #tail: LogEntry[] = []
  readonly #textJoiner: SurrogateJoiner
  readonly #reasoningJoiner: SurrogateJoiner
  readonly #refusalJoiner: SurrogateJoiner
  /** The answer up to `#segmented`, a piece for each segment; the rest of it is in `#tail`. */
  readonly #pieces: Answer[] = []
  /** Of the followers: another list with each that comes or goes, because a wake may be the follower's last. */
  #wakes: readonly (() => void)[] = []
  readonly #noticed = new Set<NoticeListener>()
  readonly #onFollowers: (count: number) => void

  /** `onFollowers` is told whenever the number of followers has changed. */
  constructor(row: RunRow, onFollowers: (count: number) => void, begun?: BegunRun) {
    this.row = row
    this.#onFollowers = onFollowers
    const { text, reasoning, refusal } = begun?.place.held ?? {}
    this.#textJoiner = new SurrogateJoiner(text)
    this.#reasoningJoiner = new SurrogateJoiner(reasoning)
    this.#refusalJoiner = new SurrogateJoiner(refusal)
    if (begun === undefined) return
    this.resumeAt = begun.place.checkpoint
    this.#pieces.push(answerOf(begun.chunks))
    this.#seq = begun.chunks.at(-1)?.seq ?? 0
    this.#committed = this.#seq
    this.#segmented = this.#seq
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
    return this.#wakes.length
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
    this.#logged = this.#taken?.checkpoint
    if (seq <= this.#committed) return
    this.#committed = seq
    this.#wake()
  }

  /** Where the answer can be read on after the last chunk that was numbered; undefined where nothing of it is new. */
  takeCheckpoint(): RunCheckpoint | undefined {
    const { resumeAt: at } = this
    if (at === undefined) return undefined
    if (this.#taken?.at === at && this.#taken.checkpoint.seq === this.#seq) return undefined
    const held = {
      text: this.#textJoiner.held || undefined,
      reasoning: this.#reasoningJoiner.held || undefined,
      refusal: this.#refusalJoiner.held || undefined,
    }
    const data = packPlace({ checkpoint: at, held })
    const checkpoint: RunCheckpoint = { run: this.row.key, seq: this.#seq, data }
    this.#taken = { at, checkpoint }
    return checkpoint
  }

  /** The checkpoint that is in the log, but not with the segments. */
  get unstoredCheckpoint(): RunCheckpoint | undefined {
    return this.#logged === this.#stored ? undefined : this.#logged
  }

  /** The checkpoint is with the segments. */
  checkpointStored(checkpoint: RunCheckpoint): void {
    this.#stored = checkpoint
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
    this.#wakes = [...this.#wakes, wake]
    if (onNotice !== undefined) this.#noticed.add(onNotice)
    this.#onFollowers(this.#wakes.length)
    return () => {
      if (onNotice !== undefined) this.#noticed.delete(onNotice)
      if (!this.#wakes.includes(wake)) return
      this.#wakes = this.#wakes.filter((other) => other !== wake)
      this.#onFollowers(this.#wakes.length)
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
    const { key } = this.row
    const chunk = new LiveChunk(key, this.#seq, delta, channel === 'text' ? undefined : channel)
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
