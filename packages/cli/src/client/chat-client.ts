/** The conversation with a relay: questions go out once, answers come in whole, whatever the connection does. */
import {
  errorInfo,
  type AcceptedMessage,
  type ErrorInfo,
  type ErrorMessage,
  type LiveRunInfo,
  type RunMessage,
  type ServerMessage,
  type WelcomeMessage,
} from '@speak-code/protocol'
import type { OpenRun } from '../store/local-store.ts'
import { Answers } from './answers.ts'
import { backoffMs } from './backoff.ts'
import type {
  ChatClient,
  ClientEvent,
  ConnectionStatus,
  OutboxEntry,
  OutgoingChat,
} from './client.ts'
import { systemClock, type Clock } from './clock.ts'
import { Connection } from './connection.ts'
import { HistoryWriter, type ClientStore } from './history-writer.ts'
import { Questions, type BranchOf } from './questions.ts'
import { LateLinks } from './late-links.ts'
import type { ReadingPace } from './paced-reading.ts'
import type { OpenLink } from './relay-link.ts'
import type { RelayTarget } from './relay-target.ts'
import type { Session } from './session.ts'

export interface ChatClientOptions {
  readonly relay: Pick<RelayTarget, 'label' | 'target' | 'token'>
  /** What `hello` says of this program. */
  readonly client: { readonly name: string; readonly version: string }
  /** `[server] reconnect_interval_ms` */
  readonly reconnectIntervalMs: number
  /** `[server] max_reconnect_attempts`; 0: unlimited. */
  readonly maxReconnectAttempts: number
  /** The client's history and outbox; without it nothing is written. */
  readonly store?: ClientStore | undefined
  /** For what the store does not know (`--no-save`): the branch up to a message. */
  readonly branchOf?: BranchOf | undefined
  /** HTTPS_PROXY, NO_PROXY. */
  readonly env?: NodeJS.ProcessEnv
  /** What the connection does, for `--verbose`. */
  readonly detail?: (text: string) => void
  /** As of `webSocketLinks`, where `open` is absent. */
  readonly pace?: ReadingPace | undefined
  readonly open?: OpenLink
  readonly clock?: Clock
  /** In [0, 1). */
  readonly random?: () => number
}

/** A client that is not connected yet. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  return new RelayChatClient(options)
}

interface News extends LiveRunInfo {
  readonly conversationId: string
  /** The history knows it. */
  readonly recorded: boolean
}

/** Without a hint the relay is not asked again at once. */
const MIN_BACKOFF_MS = 200

class RelayChatClient implements ChatClient {
  readonly #options: ChatClientOptions
  readonly #clock: Clock
  readonly #history: HistoryWriter
  readonly #connection: Connection
  readonly #questions: Questions
  readonly #answers: Answers
  readonly #attached = new Set<string>()
  /** What `attached` and `run` have told of live runs of others, by run. */
  readonly #news = new Map<string, News>()
  #listeners: readonly ((event: ClientEvent) => void)[] = []
  #stopTimer: (() => void) | undefined

  constructor(options: ChatClientOptions) {
    const { store, clock = systemClock, random = Math.random, relay } = options
    this.#options = options
    this.#clock = clock
    this.#history = new HistoryWriter({
      store,
      clock,
      failed: (cause) => {
        const why = cause instanceof Error ? cause.message : String(cause)
        const message = `the local history cannot be written: ${why}`
        this.#emit({ type: 'problem', error: errorInfo('internal', message) })
      },
    })
    const links = new LateLinks(options.env ?? {}, options.pace)
    this.#connection = new Connection(
      {
        label: relay.label,
        target:
          options.open === undefined
            ? async () => (await Promise.all([relay.target(), links.load()]))[0]
            : () => relay.target(),
        token: relay.token,
        client: options.client,
        reconnectIntervalMs: options.reconnectIntervalMs,
        maxReconnectAttempts: options.maxReconnectAttempts,
        open: options.open ?? links.open,
        clock,
        random,
        detail: options.detail ?? (() => undefined),
      },
      {
        status: (status) => {
          if (!this.#connection.ready) this.#down()
          this.#emit({ type: 'status', status })
        },
        ready: (welcome) => {
          this.#ready(welcome)
        },
        frame: (message) => {
          this.#frame(message)
        },
        busy: () => this.#busy,
      },
    )
    const session: Session = {
      history: this.#history,
      emit: (event) => {
        this.#emit(event)
      },
      send: (message) => this.#connection.send(message),
      now: () => clock.now(),
      backoff: (count) =>
        Math.max(MIN_BACKOFF_MS, backoffMs(count, options.reconnectIntervalMs, random())),
      renew: (reason) => {
        this.#connection.renew(reason)
      },
      settled: (settled) => {
        this.#questions.settled(settled)
      },
    }
    this.#questions = new Questions(session, (chat, messageId) => this.#branchOf(chat, messageId))
    this.#answers = new Answers(session)
  }

  get status(): ConnectionStatus {
    return this.#connection.status
  }

  get welcome(): WelcomeMessage | undefined {
    return this.#connection.welcome
  }

  get outbox(): readonly OutboxEntry[] {
    return this.#questions.entries
  }

  connect(): void {
    this.#connection.connect()
  }

  reconnect(): void {
    this.#connection.reconnect()
  }

  send(chat: OutgoingChat): void {
    if (this.#knows(chat.id)) return
    this.#questions.add(chat)
    this.#pump()
  }

  place(chat: OutgoingChat): boolean {
    return this.#questions.place(chat)
  }

  release(conversationId: string): void {
    this.#questions.release(conversationId)
    this.#pump()
  }

  restore(conversationId?: string): readonly string[] {
    const open = (this.#options.store?.openRuns(conversationId) ?? []).filter(
      (run) => !this.#knows(run.runId),
    )
    for (const run of open) {
      if (run.messageId === null) this.#restoreQuestion(run, open)
      else this.#restoreAnswer(run, run.messageId)
    }
    this.#pump()
    return open.map((run) => run.runId)
  }

  follow(runId: string, after: number, text?: string): void {
    if (this.#knows(runId)) return
    const news = this.#news.get(runId)
    // What has been read up to some place came from the history; a run that is only heard of is new to it.
    const recorded =
      after > 0 || (news !== undefined && (news.recorded || this.#history.foreign(news)))
    this.#answers.add({
      runId,
      messageId: news?.messageId,
      recorded,
      seq: after,
      ...(text === undefined ? {} : { text }),
      following: false,
    })
    this.#pump()
  }

  cancel(runId: string): void {
    if (this.#questions.has(runId)) this.#questions.cancel(runId)
    else if (this.#answers.has(runId)) this.#answers.cancel(runId)
    else this.#questions.stray(runId)
    this.#pump()
  }

  attach(conversationId: string): void {
    this.#attached.add(conversationId)
    this.#connection.send({ type: 'attach', conversationId })
  }

  detach(conversationId: string): void {
    if (this.#attached.delete(conversationId)) {
      this.#connection.send({ type: 'detach', conversationId })
    }
  }

  on(listener: (event: ClientEvent) => void): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  async close(): Promise<void> {
    this.#stopTimer?.()
    this.#history.close()
    await this.#connection.close()
  }

  get #busy(): boolean {
    return this.#answers.size > 0 || this.#questions.sent > 0
  }

  #knows(runId: string): boolean {
    return this.#questions.has(runId) || this.#answers.has(runId)
  }

  #emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  #down(): void {
    this.#questions.disconnected()
    this.#answers.disconnected()
  }

  #ready(welcome: WelcomeMessage): void {
    this.#emit({ type: 'welcome', welcome })
    this.#questions.connected()
    this.#pump()
    for (const conversationId of this.#attached) {
      this.#connection.send({ type: 'attach', conversationId })
    }
  }

  /** Sends what may be sent, answers before questions, and comes back when the next thing is due. */
  #pump(): void {
    const { welcome, ready, open } = this.#connection
    if (!ready || welcome === undefined) return
    const room = (): number => welcome.maxInflight - this.#answers.following - this.#questions.sent
    this.#answers.resume(room())
    if (open) this.#questions.dispatch(room())
    this.#wakeWhenDue()
  }

  /** What is due already waits for room, which comes with an end. */
  #wakeWhenDue(): void {
    const at = Math.min(this.#answers.nextDue ?? Infinity, this.#questions.nextDue ?? Infinity)
    this.#stopTimer?.()
    const now = this.#clock.now()
    if (at <= now || at === Infinity) return
    this.#stopTimer = this.#clock.after(at - now, () => {
      this.#pump()
    })
  }

  #frame(message: ServerMessage): void {
    switch (message.type) {
      case 'chunk':
        this.#answers.take(message)
        // An end leaves room for what waits.
        if (message.done) this.#runEnded(message.id)
        break
      case 'accepted':
        this.#accepted(message)
        break
      case 'resumed':
        this.#answers.resumed(message)
        if (message.mode === 'lost') this.#runEnded(message.id)
        else this.#wakeWhenDue()
        break
      case 'attached':
        for (const run of message.runs) {
          if (this.#news.has(run.id)) continue
          const { conversationId } = message
          this.#news.set(run.id, { ...run, conversationId, recorded: false })
        }
        this.#emit(message)
        break
      case 'run':
        this.#heard(message)
        break
      case 'notice':
        this.#emit({ type: 'notice', notice: message })
        break
      case 'error':
        this.#refused(message)
        break
      case 'welcome':
      case 'goingAway':
      case 'pong':
        break
    }
  }

  #runEnded(runId: string): void {
    if (this.#answers.has(runId)) return
    this.#news.delete(runId)
    this.#pump()
    if (!this.#busy) this.#connection.runsEnded()
  }

  #accepted({ id, conversationId, messageId, model, provider }: AcceptedMessage): void {
    const item = this.#questions.accepted(id)
    if (item === undefined) return
    const recorded =
      item.chat.ephemeral !== true && this.#history.accepted(id, { messageId, model, provider })
    const { cancelled } = item
    this.#answers.add({ runId: id, messageId, recorded, following: true, cancelled })
    this.#emit({ type: 'accepted', runId: id, conversationId, messageId, model, provider })
  }

  /** A run began or ended, here or on another terminal. */
  #heard(run: RunMessage): void {
    const { id, conversationId, messageId, parentId, status } = run
    if (status !== 'started') {
      this.#news.delete(id)
    } else if (!this.#knows(id)) {
      const recorded = this.#history.foreign(run)
      this.#news.set(id, { id, conversationId, messageId, parentId, status, seq: 0, recorded })
    }
    this.#emit({ type: 'run', run })
  }

  #refused(message: ErrorMessage): void {
    const error = infoOf(message)
    const { id } = message
    switch (message.for) {
      case 'resume':
        this.#answers.refused(message, error)
        break
      case 'chat':
      case 'frame':
        if (id === undefined || !this.#questions.refused(id, error)) {
          this.#emit({ type: 'problem', error })
        }
        break
      case 'cancel':
        // There is nothing to stop, which is what was wanted.
        if (error.code !== 'not_found') this.#emit({ type: 'problem', error })
        break
      case 'hello':
      case 'attach':
        this.#emit({ type: 'problem', error })
        break
    }
    this.#pump()
    if (!this.#busy) this.#connection.runsEnded()
  }

  #branchOf(chat: OutgoingChat, messageId: string): ReturnType<BranchOf> {
    const { branchOf, store } = this.#options
    if (branchOf !== undefined) return branchOf(chat, messageId)
    return store?.branch(chat.conversationId, messageId) ?? []
  }

  #restoreQuestion({ chat, conversationId }: OpenRun, open: readonly OpenRun[]): void {
    const { follows } = chat
    if (
      follows === undefined ||
      this.#knows(follows) ||
      open.some((run) => run.runId === follows)
    ) {
      this.#questions.restore(chat, 'queued')
      return
    }
    // The run that it follows is over, and nobody was there to place the question.
    this.#questions.restore(chat, 'queued')
    const answer = this.#options.store
      ?.messages(conversationId)
      .find((message) => message.runId === follows)
    const place = answer === undefined ? {} : { parentId: answer.id }
    const held = answer === undefined || answer.status === 'cancelled'
    this.#questions.settled({ runId: follows, held, ...place })
  }

  #restoreAnswer({ runId, conversationId, seq }: OpenRun, messageId: string): void {
    const message = this.#options.store
      ?.messages(conversationId)
      .find((other) => other.id === messageId)
    const { content: text = '', reasoning = '', refusal = '' } = message ?? {}
    this.#answers.add({ runId, messageId, recorded: true, seq, text, following: false })
    this.#emit({ type: 'replaced', runId, seq, text, reasoning, refusal })
  }
}

function infoOf({ code, message, retryable, retryAfterMs }: ErrorMessage): ErrorInfo {
  return { code, message, retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
