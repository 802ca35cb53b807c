/** The time-outs of one upstream call. All times are milliseconds; 0 means none. */

export interface TimeOutLimits {
  /** To set up the connection. Kept by the connection pool, not here. */
  readonly connectMs: number
  /** The longest silence, before the headers too; any byte ends it. */
  readonly silenceMs: number
  /** From the request to the first delta. */
  readonly firstTokenMs: number
}

/**
 * What was waited for in vain. `total` is the end of the run, over all its calls; `tail` is what may follow a finish
 * reason: usage and the end mark.
 */
export type TimeOutKind = 'connect' | 'headers' | 'firstToken' | 'stall' | 'total' | 'tail'

/** How long a provider may take, after its finish reason, for the usage and the end mark. */
const TAIL_MS = 5000

/** The longest time that a timer takes; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1

const EXPLANATIONS: Record<TimeOutKind, (ms: number) => string> = {
  connect: (ms) => `no connection within ${seconds(ms)}`,
  headers: (ms) => `connected, but no answer began within ${seconds(ms)}`,
  firstToken: (ms) => `the answer began, but no first token came within ${seconds(ms)}`,
  stall: (ms) => `the answer stalled: nothing came for ${seconds(ms)}`,
  total: (ms) => `the answer was not complete within the time limit of ${seconds(ms)}`,
  tail: (ms) => `no end mark within ${seconds(ms)} of the finish reason`,
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}

/** What a time-out says to people; each kind has its own words. */
export function explainTimeOut(kind: TimeOutKind, ms: number): string {
  return EXPLANATIONS[kind](ms)
}

/** Watches one call; tells the first limit that it breaks. */
export class TimeOuts {
  readonly #limits: TimeOutLimits
  readonly #expire: (kind: TimeOutKind, ms: number) => void
  #lastSign = performance.now()
  #phase: 'headers' | 'firstToken' | 'stall' = 'headers'
  #silence: NodeJS.Timeout | undefined
  #firstToken: NodeJS.Timeout | undefined
  #tail: NodeJS.Timeout | undefined

  /** Begins to watch. `expire` is called at most once. */
  constructor(limits: TimeOutLimits, expire: (kind: TimeOutKind, ms: number) => void) {
    this.#limits = limits
    this.#expire = expire
    this.#watchSilence(limits.silenceMs)
    this.#firstToken = this.#timer(limits.firstTokenMs, () => 'firstToken')
  }

  #timer(ms: number, kind: () => TimeOutKind): NodeJS.Timeout | undefined {
    if (ms === 0) return undefined
    return setTimeout(
      () => {
        this.stop()
        this.#expire(kind(), ms)
      },
      Math.min(ms, LONGEST_MS),
    )
  }

  /** Looks again, each time for what is left of `silenceMs` since the last sign of life. */
  #watchSilence(ms: number): void {
    const { silenceMs } = this.#limits
    if (silenceMs === 0) return
    this.#silence = setTimeout(
      () => {
        const left = silenceMs - (performance.now() - this.#lastSign)
        if (left > 0) {
          this.#watchSilence(left)
          return
        }
        this.stop()
        this.#expire(this.#phase, silenceMs)
      },
      Math.min(Math.ceil(ms), LONGEST_MS),
    )
  }

  headersCame(): void {
    this.#phase = 'firstToken'
    this.bytesCame()
  }

  /** Any bytes, comments included. On the path of every delta: it only notes the time. */
  bytesCame(): void {
    this.#lastSign = performance.now()
  }

  firstTokenCame(): void {
    this.#phase = 'stall'
    clearTimeout(this.#firstToken)
  }

  /** The finish reason came, or an event after it: from now on only the tail is awaited. */
  tailCame(): void {
    if (this.#tail !== undefined) {
      this.#tail.refresh()
      return
    }
    this.stop()
    const { silenceMs } = this.#limits
    this.#tail = this.#timer(silenceMs === 0 ? TAIL_MS : Math.min(TAIL_MS, silenceMs), () => 'tail')
  }

  /** Ends the watch. */
  stop(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#firstToken)
    clearTimeout(this.#tail)
    this.#silence = undefined
  }
}
