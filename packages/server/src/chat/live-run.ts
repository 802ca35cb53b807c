/**
 * A run that is under way: it numbers the deltas, keeps the newest of them at hand for followers, and knows
 * who follows. It has no socket, no SQL and no vendor.
 */
import type { EndChunk } from '@speak-code/protocol'
import type { ProviderDelta } from '../providers/provider.ts'
import type { Answer, JournalChunk, RunRow } from '../store/store.ts'
import { SurrogateJoiner } from './surrogates.ts'

/** A longer delta is split, so that its frame fits whatever JSON makes of it (at most 6 bytes a code unit). */
const MAX_DELTA_LENGTH = 256 * 1024

type ProviderChannel = ProviderDelta['channel']

export class LiveRun {
  readonly row: RunRow
  readonly promptLength: number
  /** The end chunk, once it is in the journal. */
  end: EndChunk | undefined
  #seq = 0
  #committed = 0
  #segmented = 0
  /** Every chunk after `#segmented`, those on their way into the journal included. */
  #tail: JournalChunk[] = []
  readonly #joiners: Record<ProviderChannel, SurrogateJoiner> = {
    text: new SurrogateJoiner(),
    reasoning: new SurrogateJoiner(),
    refusal: new SurrogateJoiner(),
  }
  readonly #answer: Record<ProviderChannel, string> = { text: '', reasoning: '', refusal: '' }
  readonly #wakes = new Set<() => void>()
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

  /** How many chunks are in the log, but in no segment. */
  get unsegmented(): number {
    return this.#committed - this.#segmented
  }

  get followers(): number {
    return this.#wakes.size
  }

  get answer(): Answer {
    return { ...this.#answer }
  }

  /** Numbers a delta: the chunks that have to enter the journal now. None where half a surrogate pair is held back. */
  add({ channel, text }: ProviderDelta): JournalChunk[] {
    return this.#number(channel, this.#joiners[channel].push(text))
  }

  /** What was held back when the provider ended. */
  flush(): JournalChunk[] {
    return (['reasoning', 'refusal', 'text'] as const).flatMap((channel) =>
      this.#number(channel, this.#joiners[channel].flush()),
    )
  }

  /** Everything up to `seq` is in the journal. Wakes the followers. */
  commit(seq: number): void {
    this.#committed = seq
    this.#wake()
  }

  /** Forgets the chunks that never came into the journal; no client has seen them. */
  rollBack(): void {
    for (; this.#seq > this.#committed; this.#seq -= 1) {
      const lost = this.#tail.pop()
      if (lost === undefined) return
      const channel = lost.channel ?? 'text'
      this.#answer[channel] = this.#answer[channel].slice(0, -lost.delta.length)
    }
  }

  /** Chunks that are in the journal, but in no segment. */
  tail(): readonly JournalChunk[] {
    return this.#tail.slice(0, this.unsegmented)
  }

  /** The chunks up to `seq` are in a segment: followers read them from the store from now on. */
  segmented(seq: number): void {
    this.#tail = this.#tail.slice(seq - this.#segmented)
    this.#segmented = seq
  }

  /** The end is in the journal. Wakes the followers for the last time. */
  finish(end: EndChunk): void {
    this.end = end
    this.#wake()
  }

  /** The chunk with this seq, if it is in the journal and still at hand. */
  at(seq: number): JournalChunk | undefined {
    return seq > this.#committed ? undefined : this.#tail[seq - this.#segmented - 1]
  }

  /** Calls `wake` whenever there may be more to read. Returns the function that stops it. */
  follow(wake: () => void): () => void {
    this.#wakes.add(wake)
    this.#onFollowers(this.#wakes.size)
    return () => {
      if (this.#wakes.delete(wake)) this.#onFollowers(this.#wakes.size)
    }
  }

  #number(channel: ProviderChannel, text: string): JournalChunk[] {
    if (text === '') return []
    this.#answer[channel] += text
    const chunks: JournalChunk[] = []
    for (const delta of split(text)) {
      this.#seq += 1
      const chunk: JournalChunk =
        channel === 'text' ? { seq: this.#seq, delta } : { seq: this.#seq, delta, channel }
      this.#tail.push(chunk)
      chunks.push(chunk)
    }
    return chunks
  }

  #wake(): void {
    for (const wake of this.#wakes) wake()
  }
}

function split(text: string): string[] {
  if (text.length <= MAX_DELTA_LENGTH) return [text]
  const pieces: string[] = []
  const joiner = new SurrogateJoiner()
  for (let from = 0; from < text.length; from += MAX_DELTA_LENGTH) {
    pieces.push(joiner.push(text.slice(from, from + MAX_DELTA_LENGTH)))
  }
  return pieces.filter((piece) => piece !== '')
}
