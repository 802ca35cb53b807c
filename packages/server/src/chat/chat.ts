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
import type { RunRow, StartOutcome, Store, UnfinishedRun } from '../store/store.ts'
import { AskedAnswer } from './asked-answer.ts'
import { promptOf } from './context.ts'
import { ContinuedAnswer } from './continued-answer.ts'
import { Journal } from './journal.ts'
import { LiveRun } from './live-run.ts'
import { type LockedRun, LockedRuns } from './locked-runs.ts'
import { OrphanTimer } from './orphan-timer.ts'
import type { Place } from './place.ts'
import type { Principal } from './principal.ts'
import { bodyHash } from './request-body.ts'
import type { AnswerSource } from './answer-source.ts'
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
  readonly #locked = new LockedRuns()
  /** What tasks have still to do, if only to tell a vendor to end an answer. */
  readonly #unclosed = new Set<Promise<void>>()
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

  /**
   * Goes on with a run that was under way when the relay last stopped, all of whose chunks are in segments. Without a
   * target it waits for its key, for as long as a run goes on that nobody follows.
   */
  continueRun(
    { run: row, chunks, promptLength }: UnfinishedRun,
    place: Place,
    target: ResolvedModel | undefined,
  ): void {
    const { checkpoint } = place
    const { router, orphanTimeoutMs } = this.#options
    const source = new ContinuedAnswer(row, checkpoint, promptLength, router)
    const { task, orphan } = this.#launch(
      this.#durable,
      source,
      (onFollowers) => new LiveRun(row, onFollowers, { chunks, place }),
    )
    const open = (found: ResolvedModel): void => {
      orphan.begin()
      source.open(found)
    }
    if (target !== undefined) {
      open(target)
      return
    }
    const locked: LockedRun = {
      row,
      checkpoint,
      open,
      giveUp: () => {
        task.stop(INTERRUPTED)
      },
    }
    this.#locked.add(locked, orphanTimeoutMs())
    void task.ended.then(() => {
      this.#locked.remove(locked)
    })
  }

  /** A client has come with these providers: runs that waited for one of their keys go on. */
  offer(providers: Providers): void {
    this.#locked.offer(providers)
  }

  /**
   * Takes no new runs, gives the live ones `ms` to end (0: none), then ends them as interrupted. Those that their vendors
   * go on with are not waited for: they are left to the next relay.
   */
  async drain(ms: number): Promise<void> {
    this.#draining = true
    if (ms > 0) await this.#allOver((task) => task.dispensable, ms)
    this.interrupt()
    await this.#allOver((task) => task.ended)
    await Promise.all(this.#unclosed)
  }

  /** Ends every live run as interrupted, now, or leaves it to the next relay. */
  interrupt(): void {
    for (const task of this.#tasks.values()) task.leave()
  }

  close(): void {
    clearInterval(this.#keeper)
    this.#locked.close()
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
    if (request.exercise !== undefined) {
      throw new SpeakCodeError('not_found', `There is no exercise “${request.exercise.slug}”.`)
    }
    // Asking for a list may take a moment, in which a drain may begin.
    const target = await providers.find(request.model)
    if (this.#draining) {
      throw new SpeakCodeError('draining', 'The relay is shutting down; try again in a moment.')
    }
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
    room: Room,
    target: ResolvedModel,
    accepted: (run: StartedRun) => void,
  ): void {
    const { router, warn } = this.#options
    const source = new AskedAnswer({
      row,
      target,
      prompt: promptOf(context),
      params: request.params ?? {},
      ephemeral: request.ephemeral === true,
      router,
      store: room.store,
      warn,
    })
    const { orphan } = this.#launch(room, source, (onFollowers) => {
      const run = new LiveRun(row, onFollowers)
      accepted({ reader: new RunReader(row, room.store, run), duplicate: false })
      return run
    })
    orphan.begin()
    this.#tell(row, 'started', request)
  }

  /**
   * Sees a run through to its end. `begin` makes it; clients may follow it before anything is asked. Who calls begins to
   * count its followers.
   */
  #launch(
    room: Room,
    source: AnswerSource,
    begin: (onFollowers: (count: number) => void) => LiveRun,
  ): { readonly task: RunTask; readonly orphan: OrphanTimer } {
    const orphan = new OrphanTimer(this.#options.orphanTimeoutMs(), () => {
      task.stop({ status: 'cancelled', endedBy: 'relay' })
    })
    const run = begin((followers) => {
      orphan.followers(followers)
    })
    const { row } = run
    const { maxFrameBytes, warn } = this.#options
    const task: RunTask = new RunTask({ run, source, ...room, maxFrameBytes, warn })
    const key = taskKey(row.userId, row.id)
    this.#tasks.set(key, task)
    this.#unclosed.add(task.closed)
    void task.closed.then(() => this.#unclosed.delete(task.closed))
    void task.ended.then(() => {
      orphan.stop()
      // Until the relay has gone clients find it as it stands.
      if (task.left) return
      if (task.kept) this.#tasks.delete(key)
      else this.#unkept.set(key, task)
      if (run.end !== undefined) this.#tell(row, run.end.status)
    })
    return { task, orphan }
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

  /** Resolves when every live run is over in this sense, or after `ms`. */
  async #allOver(over: (task: RunTask) => Promise<void>, ms?: number): Promise<void> {
    const ended = Promise.all([...this.#tasks.values()].map(over))
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
