/** One run's answer as this client knows it. `ask` and `attach` give it out. */
import type { Channel } from '@speak-code/protocol'
import type { ClientEvent } from '../../client/client.ts'

type EventOf<T extends ClientEvent['type']> = Extract<ClientEvent, { type: T }>

/** A part of the answer that was not given out yet. */
export interface Piece {
  readonly seq: number
  readonly delta: string
  readonly channel?: Channel
}

export class Answer {
  readonly runId: string
  text = ''
  reasoning = ''
  refusal = ''
  /** Of the last chunk that is part of it; 0 for none. */
  seq = 0
  /** What the relay said when it took the question. */
  accepted: EventOf<'accepted'> | undefined
  /** What was given out as it came is not a beginning of the answer. No more pieces come then. */
  diverged = false

  constructor(runId: string) {
    this.runId = runId
  }

  /** Takes the next piece. Returns what is to be given out. */
  add(event: EventOf<'delta'>): readonly Piece[] {
    this.seq = event.seq
    if (event.channel === undefined) this.text += event.delta
    else this[event.channel] += event.delta
    const { seq, delta, channel } = event
    return this.diverged ? [] : [{ seq, delta, ...(channel === undefined ? {} : { channel }) }]
  }

  /** Takes the whole state of the answer. Returns the pieces that are missing from what was given out. */
  replace(event: EventOf<'replaced'>): readonly Piece[] {
    const given = { text: this.text, reasoning: this.reasoning, refusal: this.refusal }
    const { seq, text, reasoning, refusal } = event
    Object.assign(this, { seq, text, reasoning, refusal })
    this.diverged ||=
      !text.startsWith(given.text) ||
      !reasoning.startsWith(given.reasoning) ||
      !refusal.startsWith(given.refusal)
    if (this.diverged) return []
    const rest = (whole: string, before: string, channel?: Channel): Piece => ({
      seq,
      delta: whole.slice(before.length),
      ...(channel === undefined ? {} : { channel }),
    })
    return [
      rest(reasoning, given.reasoning, 'reasoning'),
      rest(text, given.text),
      rest(refusal, given.refusal, 'refusal'),
    ].filter((piece) => piece.delta !== '')
  }
}
