/** Follows runs on a client until each of them has ended in one way or another. */
import type { NoticeMessage } from '@speak-code/protocol'
import type { ChatClient, ClientEvent, ConnectionStatus } from '../../client/client.ts'
import { CommandError, commandErrorOf } from '../../errors.ts'
import { ExitCode } from '../../exit-code.ts'
import { Answer, type Piece } from './answer.ts'
import type { Ending, Stop } from './ending.ts'
import { findLostAnswer, type ReadConversation } from './lost-answer.ts'

/** How long a command goes on without a relay that serves it. */
export const WITHOUT_RELAY_MS = 120_000
/** How long a stop waits for the ends of the runs that it cancelled. */
const STOP_GRACE_MS = 2000
/** How long the conversation of a lost answer may take to be read. */
const FIND_MS = 10_000

/** Failures that a person or a script decides about rather than wait for: exit code 5. */
const NOT_WAITED_FOR: ReadonlySet<string> = new Set([
  'rate_limited',
  'concurrency_limited',
  'quota_exhausted',
  'upstream_rate_limited',
])

export interface RunListener {
  /** The relay took the question. */
  begin(answer: Answer): void
  pieces(answer: Answer, pieces: readonly Piece[]): void
  notice(answer: Answer, notice: NoticeMessage): void
  /** The connection broke while runs are open. */
  disconnected?(status: ConnectionStatus): void
  /** Once for each run; nothing comes of it afterwards. */
  end(answer: Answer, ending: Ending): void
}

export class RunWatch {
  readonly #client: ChatClient
  readonly #listener: RunListener
  readonly #readConversation: ReadConversation
  readonly #answers = new Map<string, Answer>()
  /** Runs whose end has not come. */
  readonly #open = new Set<string>()
  readonly #unsubscribe: () => void
  #stop: Stop | undefined
  #grace: ReturnType<typeof setTimeout> | undefined
  #absence: ReturnType<typeof setTimeout> | undefined
  #settled: (() => void)[] = []
  #connected: boolean

  /** Counts the time without a relay from now on. `readConversation` is asked where the relay has lost a run. */
  constructor(
    client: ChatClient,
    listener: RunListener,
    readConversation: ReadConversation = () => Promise.resolve(undefined),
  ) {
    this.#client = client
    this.#listener = listener
    this.#readConversation = readConversation
    this.#unsubscribe = client.on((event) => {
      this.#handle(event)
    })
    this.#connected = client.status.state.name === 'Connected'
    if (!this.#connected) this.#missRelay()
  }

  /** Watches a run from now on; before it is sent or followed. */
  add(runId: string): Answer {
    const answer = new Answer(runId)
    this.#answers.set(runId, answer)
    this.#open.add(runId)
    return answer
  }

  /** How many watched runs are open. */
  get open(): number {
    return this.#open.size
  }

  /** Resolves when no watched run is open. */
  settled(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#settled.push(resolve)
    })
  }

  /** Cancels what is open and gives the relay a moment to say how it ended. */
  cancel(stop: Stop): void {
    if (this.#stop !== undefined) return
    this.#stop = stop
    for (const runId of this.#open) this.#client.cancel(runId)
    this.#grace = setTimeout(() => {
      this.leave(stop)
    }, STOP_GRACE_MS)
  }

  /** Ends what is open for this client; the relay goes on with it. */
  leave(stop: Stop): void {
    for (const runId of this.#open) this.#end(runId, { type: 'stopped', stop })
  }

  close(): void {
    this.#unsubscribe()
    clearTimeout(this.#grace)
    this.#findRelay()
  }

  #handle(event: ClientEvent): void {
    switch (event.type) {
      case 'status':
        this.#statusChanged(event.status)
        return
      case 'accepted':
      case 'delta':
      case 'replaced':
      case 'end':
      case 'lost':
      case 'refused':
      case 'postponed':
      case 'withdrawn':
        if (this.#open.has(event.runId)) this.#handleRun(event)
        return
      case 'notice': {
        const answer = this.#answers.get(event.notice.id)
        if (answer === undefined || !this.#open.has(event.notice.id)) return
        this.#findRelay()
        this.#listener.notice(answer, event.notice)
        return
      }
      case 'welcome':
      case 'run':
      case 'attached':
      case 'problem':
    }
  }

  #handleRun(event: Extract<ClientEvent, { runId: string }>): void {
    const { runId } = event
    const answer = this.#answers.get(runId)
    if (answer === undefined) return
    if (event.type !== 'postponed') this.#findRelay()
    switch (event.type) {
      case 'accepted': {
        const first = answer.accepted === undefined
        answer.accepted = event
        if (first) this.#listener.begin(answer)
        return
      }
      case 'delta':
        this.#give(answer, answer.add(event))
        return
      case 'replaced':
        this.#give(answer, answer.replace(event))
        return
      case 'end': {
        const { chunk, verified } = event
        const stop = this.#stop
        this.#end(runId, {
          type: 'ended',
          chunk,
          verified,
          ...(stop === undefined ? {} : { stop }),
        })
        return
      }
      case 'lost':
        void this.#findLost(answer)
        return
      case 'refused':
        this.#end(runId, { type: 'failed', failure: commandErrorOf(event.error) })
        return
      case 'withdrawn':
        this.#end(runId, { type: 'stopped', stop: this.#stop ?? WITHDRAWN })
        return
      case 'postponed':
        if (NOT_WAITED_FOR.has(event.error.code)) {
          this.#abandon(answer, commandErrorOf(event.error))
        } else {
          this.#missRelay()
        }
    }
  }

  async #findLost(answer: Answer): Promise<void> {
    const { runId } = answer
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, FIND_MS, undefined)
    })
    const found = await Promise.race([findLostAnswer(answer, this.#readConversation), tooLate])
    clearTimeout(timer)
    if (!this.#open.has(runId)) return
    if (found?.text.startsWith(answer.text) === true || found?.end !== undefined) {
      const { seq, reasoning, refusal } = answer
      const { text } = found
      this.#give(answer, answer.replace({ type: 'replaced', runId, seq, text, reasoning, refusal }))
    }
    const stop = this.#stop
    this.#end(
      runId,
      found?.end === undefined
        ? { type: 'failed', failure: lost() }
        : {
            type: 'ended',
            chunk: found.end,
            verified: true,
            ...(stop === undefined ? {} : { stop }),
          },
    )
  }

  #give(answer: Answer, pieces: readonly Piece[]): void {
    if (pieces.length > 0) this.#listener.pieces(answer, pieces)
  }

  #statusChanged(status: ConnectionStatus): void {
    const before = this.#connected
    this.#connected = status.state.name === 'Connected'
    if (this.#connected) {
      // A relay that has not taken the questions yet has to prove itself first.
      if ([...this.#open].every((runId) => this.#answers.get(runId)?.accepted !== undefined)) {
        this.#findRelay()
      }
      return
    }
    this.#missRelay()
    if (hasGivenUp(status)) this.#abandonAll(unreachable(status))
    else if (before && this.#open.size > 0) this.#listener.disconnected?.(status)
  }

  #missRelay(): void {
    this.#absence ??= setTimeout(() => {
      this.#abandonAll(unreachable(this.#client.status))
    }, WITHOUT_RELAY_MS)
  }

  #abandonAll(failure: CommandError): void {
    for (const runId of this.#open) {
      const answer = this.#answers.get(runId)
      if (answer !== undefined) this.#abandon(answer, failure)
    }
  }

  /** Nobody waits for it any more: a question that the relay has not taken is not to be sent later on. */
  #abandon(answer: Answer, failure: CommandError): void {
    this.#end(answer.runId, { type: 'failed', failure })
    if (answer.accepted === undefined) this.#client.cancel(answer.runId)
  }

  #findRelay(): void {
    clearTimeout(this.#absence)
    this.#absence = undefined
  }

  #end(runId: string, ending: Ending): void {
    const answer = this.#answers.get(runId)
    if (answer === undefined || !this.#open.delete(runId)) return
    this.#listener.end(answer, ending)
    if (this.#open.size > 0) return
    for (const resolve of this.#settled.splice(0)) resolve()
  }
}

/** No further attempt will be made. */
export function hasGivenUp({ state, retryAt, failure }: ConnectionStatus): boolean {
  const down = state.name === 'Disconnected' || state.name === 'Error'
  return down && retryAt === undefined && failure !== undefined
}

/** Why there is no relay, as the connection says. */
export function unreachable(status: ConnectionStatus): CommandError {
  const code = status.failure?.code ?? 'relay_unreachable'
  const why = status.failure === undefined ? 'it does not answer' : status.failure.message
  const message = `No connection to the relay (${status.relay}): ${why.replace(/\.$/, '')}.`
  return new CommandError(code, message, {
    retryable: code === 'relay_unreachable' || code === 'draining' || code === 'rate_limited',
  })
}

function lost(): CommandError {
  return new CommandError('interrupted', 'The relay no longer knows this answer.', {
    exitCode: ExitCode.cut,
    retryable: true,
  })
}

const WITHDRAWN: Stop = {
  failure: new CommandError('cancelled', 'The question was withdrawn.', {
    exitCode: ExitCode.failed,
  }),
  exitCode: ExitCode.failed,
}
