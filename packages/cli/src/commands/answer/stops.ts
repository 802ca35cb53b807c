/** What ends a command from outside: signals, the time that it was given, an output that cannot be written. */
import { CommandError } from '../../errors.ts'
import { ExitCode, exitCodeOfSignal, type LeavingSignal } from '../../exit-code.ts'
import type { Stop } from './ending.ts'
import type { RunWatch } from './run-watch.ts'
import type { OutputFault } from './sink.ts'

/** `cancel` stops the runs at the relay as well, `leave` lets it go on with them. */
type Manner = 'cancel' | 'leave'

export class Stops {
  /** Resolves with the first stop. */
  readonly happened: Promise<Stop>
  readonly #happen: (stop: Stop) => void
  /** What SIGINT, the end of the time and a closed pipe mean for the runs. */
  readonly #manner: Manner
  #first: { readonly stop: Stop; readonly manner: Manner } | undefined
  #watch: RunWatch | undefined

  constructor(manner: Manner) {
    this.#manner = manner
    const { promise, resolve } = Promise.withResolvers<Stop>()
    this.happened = promise
    this.#happen = resolve
  }

  /** SIGTERM and SIGHUP leave the runs to the relay. */
  signal(signal: LeavingSignal): void {
    const exitCode = exitCodeOfSignal(signal)
    if (signal === 'SIGINT') {
      const failure = new CommandError('cancelled', 'Cancelled.', { exitCode })
      this.#apply({ failure, exitCode }, this.#manner)
      return
    }
    const failure = new CommandError(
      'interrupted',
      `Ended by ${signal}; the relay goes on with what was asked.`,
      {
        exitCode,
        retryable: true,
        hint: 'See it with `speak-code attach` or `speak-code ask -c`.',
      },
    )
    this.#apply({ failure, exitCode }, 'leave')
  }

  /** `--timeout`, in seconds. `absence`: no relay was reached in all that time, and why (CONTRACT.md §4, Which relay). */
  timedOut(seconds: number, absence?: CommandError): void {
    const failure =
      absence ??
      new CommandError(
        'client_timeout',
        `The answer was not complete after ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
      )
    this.#apply({ failure, exitCode: failure.exitCode }, this.#manner)
  }

  /** A reader that closes the pipe has what it wanted. */
  outputFault(fault: OutputFault): void {
    const stop: Stop =
      fault === 'closed' ? { exitCode: ExitCode.ok } : { failure: fault, exitCode: fault.exitCode }
    this.#apply(stop, this.#manner)
  }

  /** The result of `work`; throws the failure of a stop that comes before it. */
  during<T>(work: Promise<T>): Promise<T> {
    const stopped = this.happened.then<never>((stop) => {
      throw failureOf(stop)
    })
    return Promise.race([work, stopped])
  }

  /** From now on stops go to the runs of `watch`; one that came before, too. */
  direct(watch: RunWatch): void {
    this.#watch = watch
    if (this.#first !== undefined) hand(watch, this.#first.stop, this.#first.manner)
  }

  #apply(stop: Stop, manner: Manner): void {
    const before = this.#first
    this.#first ??= { stop, manner }
    this.#happen(stop)
    // While the ends of cancelled runs are awaited, a further stop leaves.
    if (this.#watch !== undefined) hand(this.#watch, stop, before === undefined ? manner : 'leave')
  }
}

function hand(watch: RunWatch, stop: Stop, manner: Manner): void {
  if (manner === 'cancel') watch.cancel(stop)
  else watch.leave(stop)
}

function failureOf({ failure, exitCode }: Stop): CommandError {
  return failure ?? new CommandError('cancelled', 'The output was closed.', { exitCode })
}
