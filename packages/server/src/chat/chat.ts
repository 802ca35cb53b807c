/** All that a session may ask of runs and conversations. Knows no socket, no SQL and no vendor. */
import {
  SpeakCodeError,
  type ChatRequest,
  type ConversationWithMessages,
  type LiveRunInfo,
} from '@speak-code/protocol'
import { v7 as uuid } from 'uuid'
import type { Providers, ResolvedModel } from '../providers/provider.ts'
import type { RouterOptions } from '../providers/router.ts'
import type { RunRow, StartOutcome, Store } from '../store/store.ts'
import { promptOf } from './context.ts'
import { Journal } from './journal.ts'
import { LiveRun } from './live-run.ts'
import { OrphanTimer } from './orphan-timer.ts'
import type { Principal } from './principal.ts'
import { bodyHash } from './request-body.ts'
import { INTERRUPTED } from './run-end.ts'
import { RunReader } from './run-reader.ts'
import { RunTask } from './run-task.ts'
import { Watchers, type RunNews } from './watchers.ts'

export interface ChatOptions {
  readonly store: Store
  /** Where ephemeral runs live. */
  readonly memory: Store
  readonly maxFrameBytes: number
  /** How long a run goes on that nobody follows, in ms; 0: for ever. Asked anew for each run. */
  readonly orphanTimeoutMs: () => number
  readonly router: RouterOptions
  readonly warn: (what: string, error: unknown) => void
}

/** Between attempts to write ends that the store would not take. */
const KEEP_MS = 1000

interface Room {
  readonly store: Store
  readonly journal: Journal
}

export interface StartedRun {
  readonly reader: RunReader
  readonly duplicate: boolean
}

export class Chat {
  readonly watchers = new Watchers()
  readonly #options: ChatOptions
  readonly #durable: Room
  readonly #ephemeral: Room
  /** Live runs by user and id. */
  readonly #tasks = new Map<string, RunTask>()
  readonly #starting = new Map<string, Promise<unknown>>()
  /** Those of `#tasks` that have ended, but whose end the store has not taken yet. */
  readonly #unkept = new Map<string, RunTask>()
  readonly #keeper: NodeJS.Timeout
  #draining = false

  constructor(options: ChatOptions) {
    this.#options = options
    const room = (store: Store): Room => ({
      store,
      journal: new Journal(store, (run, error) => {
        this.#tasks.get(taskKey(run.row.userId, run.row.id))?.storeFailed(error)
      }),
    })
    this.#durable = room(options.store)
    this.#ephemeral = room(options.memory)
    this.#keeper = setInterval(() => void this.#keepEnds(), KEEP_MS).unref()
  }

  /** Runs that have not come to their end, or whose end is not kept. */
  get liveRuns(): number {
    return this.#tasks.size
  }

  get draining(): boolean {
    return this.#draining
  }

  /**
   * Starts the request's run, or finds the one that it has already (L5). Calls `accepted` before anything of the run can be
   * seen. Throws SpeakCodeError: `idempotency_conflict`, `draining`, `not_found`, `model_not_found`, `unknown_parent`,
   * `bad_request`, `internal`.
   */
  async start(
    principal: Principal,
    request: ChatRequest,
    providers: Providers,
    accepted: (run: StartedRun) => void,
  ): Promise<void> {
    const key = taskKey(principal.userId, request.id)
    // Two requests under one id, at once, from two sockets: one after the other.
    while (this.#starting.has(key)) await this.#starting.get(key)
    const starting = this.#startNow(principal, request, providers, accepted)
    this.#starting.set(
      key,
      starting.catch(() => {}),
    )
    try {
      await starting
    } finally {
      this.#starting.delete(key)
    }
  }

  /** The user's run with this id; undefined where there is none, a foreign one included (L9). */
  async find(principal: Principal, id: string): Promise<RunReader | undefined> {
    const task = this.#tasks.get(taskKey(principal.userId, id))
    if (task !== undefined) return new RunReader(task.run.row, task.store, task.run)
    for (const { store } of [this.#durable, this.#ephemeral]) {
      const row = await store.findRun(principal.userId, id)
      if (row !== undefined) return new RunReader(row, store, undefined)
    }
    return undefined
  }

  /** Stops a live run; its end is the answer. Throws SpeakCodeError `not_found` for an unknown one. */
  async cancel(principal: Principal, id: string): Promise<RunReader> {
    const key = taskKey(principal.userId, id)
    await this.#starting.get(key)
    const reader = await this.find(principal, id)
    if (reader === undefined) throw new SpeakCodeError('not_found', 'There is no such run.')
    this.#tasks.get(key)?.stop({ status: 'cancelled', endedBy: 'user' })
    return reader
  }

  /** The live runs of a conversation; none where it is unknown. */
  liveRunsOf(principal: Principal, conversationId: string): LiveRunInfo[] {
    return this.#tasksOf(principal, conversationId).map(({ run: { row, committed } }) => ({
      id: row.id,
      messageId: row.messageId,
      parentId: row.parentId,
      status: 'started',
      seq: committed,
    }))
  }

  async conversation(
    principal: Principal,
    id: string,
  ): Promise<ConversationWithMessages | undefined> {
    const { store } = this.#durable
    const conversation = await store.conversation(principal.userId, id)
    if (conversation === undefined) return undefined
    return { ...conversation, messages: [...(await store.messages(principal.userId, id))] }
  }

  /** Ends its runs as cancelled, then takes its messages along. Returns whether there was one. */
  async deleteConversation(principal: Principal, id: string): Promise<boolean> {
    await Promise.all(
      this.#tasksOf(principal, id).map((task) => {
        task.stop({ status: 'cancelled', endedBy: 'user' })
        return task.ended
      }),
    )
    return this.#durable.store.deleteConversation(principal.userId, id)
  }

  /** Takes no new runs, gives the live ones `ms` to end (0: none), then ends them as interrupted. */
  async drain(ms: number): Promise<void> {
    this.#draining = true
    if (ms > 0) await this.#allEnded(ms)
    this.interrupt()
    await this.#allEnded()
  }

  /** Ends every live run as interrupted, now. */
  interrupt(): void {
    for (const task of this.#tasks.values()) task.stop(INTERRUPTED)
  }

  close(): void {
    clearInterval(this.#keeper)
    this.#durable.journal.close()
    this.#ephemeral.journal.close()
  }

  async #startNow(
    principal: Principal,
    request: ChatRequest,
    providers: Providers,
    accepted: (run: StartedRun) => void,
  ): Promise<void> {
    const hash = bodyHash(request)
    const known = await this.find(principal, request.id)
    if (known !== undefined) {
      if (known.row.bodyHash !== hash) throw conflict()
      accepted({ reader: known, duplicate: true })
      return
    }
    if (this.#draining) {
      throw new SpeakCodeError('draining', 'The relay is shutting down; try again in a moment.')
    }
    if (request.exercise !== undefined) {
      throw new SpeakCodeError('not_found', `There is no exercise “${request.exercise.slug}”.`)
    }
    const target = providers.resolve(request.model)
    // A store that works again has to know the answer that this question may follow.
    await this.#keepEnds()
    const room = request.ephemeral === true ? this.#ephemeral : this.#durable
    const outcome = await room.store.startRun({
      userId: principal.userId,
      id: request.id,
      bodyHash: hash,
      conversationId: request.conversationId,
      parentId: request.parentId,
      messages: request.messages,
      messageId: uuid(),
      model: target.model,
      provider: target.provider.name,
      now: Date.now(),
    })
    if (outcome.kind !== 'started') throw refusal(outcome)
    this.#run(request, outcome, room, target, accepted)
  }

  #run(
    request: ChatRequest,
    { run: row, context }: Extract<StartOutcome, { kind: 'started' }>,
    { store, journal }: Room,
    target: ResolvedModel,
    accepted: (run: StartedRun) => void,
  ): void {
    const prompt = promptOf(context)
    const orphan = new OrphanTimer(this.#options.orphanTimeoutMs(), () => {
      task.stop({ status: 'cancelled', endedBy: 'relay' })
    })
    const run = new LiveRun(
      row,
      prompt.reduce((length, message) => length + message.content.length, 0),
      (followers) => {
        orphan.followers(followers)
      },
    )
    accepted({ reader: new RunReader(row, store, run), duplicate: false })
    orphan.followers(run.followers)
    const task: RunTask = new RunTask({
      run,
      target,
      prompt,
      params: request.params ?? {},
      router: this.#options.router,
      store,
      journal,
      maxFrameBytes: this.#options.maxFrameBytes,
      warn: this.#options.warn,
    })
    const key = taskKey(row.userId, row.id)
    this.#tasks.set(key, task)
    this.#tell(row, 'started', request)
    void task.ended.then(() => {
      orphan.stop()
      if (task.kept) this.#tasks.delete(key)
      else this.#unkept.set(key, task)
      if (run.end !== undefined) this.#tell(row, run.end.status)
    })
  }

  /** What clients were told of an end must be what a later reader finds. */
  async #keepEnds(): Promise<void> {
    for (const [key, task] of this.#unkept) {
      if (!(await task.keep())) return
      this.#unkept.delete(key)
      this.#tasks.delete(key)
    }
  }

  #tell(row: RunRow, status: RunNews['status'], request?: ChatRequest): void {
    const { conversationId, id, messageId, parentId } = row
    const news = { conversationId, id, messageId, parentId, status }
    this.watchers.tell(
      row.userId,
      request === undefined ? news : { ...news, messages: request.messages },
    )
  }

  #tasksOf(principal: Principal, conversationId: string): RunTask[] {
    return [...this.#tasks.values()].filter(
      ({ run: { row, end } }) =>
        end === undefined &&
        row.userId === principal.userId &&
        row.conversationId === conversationId,
    )
  }

  /** Resolves when no run is live, or after `ms`. */
  async #allEnded(ms?: number): Promise<void> {
    const ended = Promise.all([...this.#tasks.values()].map((task) => task.ended))
    if (ms === undefined) {
      await ended
      return
    }
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    await Promise.race([ended, deadline])
    clearTimeout(timer)
  }
}

function taskKey(userId: string, id: string): string {
  return JSON.stringify([userId, id])
}

function conflict(): SpeakCodeError {
  return new SpeakCodeError(
    'idempotency_conflict',
    'A request with this id, but another body, was taken before.',
  )
}

function refusal(outcome: Exclude<StartOutcome, { kind: 'started' }>): SpeakCodeError {
  switch (outcome.kind) {
    case 'duplicate':
    case 'conflict':
      return conflict()
    case 'unknown_parent':
      return new SpeakCodeError(
        'unknown_parent',
        'The relay does not know the message that this one follows; send the whole branch.',
      )
    case 'parent_is_live':
      return new SpeakCodeError(
        'bad_request',
        'The answer that this message follows is still being written.',
      )
    case 'message_mismatch':
      return new SpeakCodeError(
        'bad_request',
        `The message ${outcome.messageId} is known with another role, content or parent.`,
      )
  }
}
