/**
 * A numbered delta of a live run. Thousands of them are kept at hand until they are in segments, so one holds its text
 * once: as JSON, which the log and every follower need. The text itself is asked for when a segment is made, or the end.
 */
import type { Channel } from '@speak-code/protocol'
import type { LogEntry } from '../store/store.ts'

export class LiveChunk implements LogEntry {
  readonly run: number
  readonly seq: number
  readonly json: string
  readonly channel?: Channel

  /** Without a channel it is the answer's text. */
  constructor(run: number, seq: number, delta: string, channel?: Channel) {
    this.run = run
    this.seq = seq
    // A new string. The delta may be a part of what the provider sent, and would keep all of that.
    this.json = JSON.stringify(delta)
    if (channel !== undefined) this.channel = channel
  }

  get delta(): string {
    const text: string = JSON.parse(this.json)
    return text
  }
}
