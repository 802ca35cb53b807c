/** What has happened so far, in one line. */
import type { Complaint } from './witness.ts'

/** When the relay was killed, seen from one of its runs. `elsewhere`: at a moment that was not planned. */
export const PHASES = [
  'beforeAccepted',
  'streaming',
  'inCommit',
  'lastChunkToEnd',
  'afterEnd',
  'elsewhere',
] as const
export type Phase = (typeof PHASES)[number]

export class Tally {
  runs = 0
  completed = 0
  cancelled = 0
  interrupted = 0
  drops = 0
  resets = 0
  blackHoles = 0
  upstreamFaults = 0
  drains = 0
  clientKills = 0
  bytes = 0
  calls = 0
  readonly kills: Record<Phase, number> = {
    beforeAccepted: 0,
    streaming: 0,
    inCommit: 0,
    lastChunkToEnd: 0,
    afterEnd: 0,
    elsewhere: 0,
  }
  readonly complaints: Complaint[] = []

  get doubles(): number {
    return this.complaints.filter(({ kind }) => kind === 'double').length
  }

  /** Everything else that must not be. */
  get losses(): number {
    return this.complaints.length - this.doubles
  }

  get line(): string {
    const { kills } = this
    return [
      `runs ${this.runs} (${this.completed} completed, ${this.cancelled} cancelled, ${this.interrupted} interrupted)`,
      `drops ${this.drops}, resets ${this.resets}, black holes ${this.blackHoles}, upstream faults ${this.upstreamFaults}`,
      `relay kills: before accepted ${kills.beforeAccepted}, streaming ${kills.streaming}, in a commit ${kills.inCommit}, last chunk to end ${kills.lastChunkToEnd}, after ${kills.afterEnd}, elsewhere ${kills.elsewhere}`,
      `drains ${this.drains}, client kills ${this.clientKills}`,
      `${this.bytes} bytes compared, ${this.losses} losses, ${this.doubles} doubles, ${this.calls} upstream calls`,
    ].join(' | ')
  }
}
