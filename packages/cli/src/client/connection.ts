/** Performs what the connection machine decides: sockets, timers, the first frames, the heartbeat. */
import {
  CloseCode,
  encode,
  parseServerMessage,
  type ClientMessage,
  type ServerMessage,
  type WelcomeMessage,
} from '@speak-code/protocol'
import type { ConnectionStatus } from './client.ts'
import type { Clock } from './clock.ts'
import { transition } from './connection-machine.ts'
import { INITIAL, statusOf, type Effect, type Event, type State } from './connection-states.ts'
import { final, NOT_A_RELAY, unreachable } from './failure.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Link, LinkEvents, OpenLink } from './relay-link.ts'
import type { RelayAddress } from './relay-target.ts'
import { watchSleep } from './sleep-watch.ts'

export interface ConnectionOptions {
  /** The relay's address, for people. */
  readonly label: string
  /**
   * Finds or starts the relay, at each attempt. A rejection is a failed attempt with its message; with `final: true` on
   * the error, the last one.
   */
  readonly target: () => Promise<RelayAddress>
  readonly token?: string | undefined
  readonly client: { readonly name: string; readonly version: string }
  /** `[server] reconnect_interval_ms` */
  readonly reconnectIntervalMs: number
  /** `[server] max_reconnect_attempts`; 0: unlimited. */
  readonly maxReconnectAttempts: number
  readonly open: OpenLink
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** What the connection does, for `--verbose`. */
  readonly detail: (text: string) => void
}

export interface ConnectionListener {
  status(status: ConnectionStatus): void
  /** A new connection can be used; nothing of an earlier one is known to the relay. */
  ready(welcome: WelcomeMessage): void
  /** Every frame after `welcome` but those that concern the connection itself. */
  frame(message: ServerMessage): void
  /** Whether runs of this client are live, so that a draining relay is not left. */
  busy(): boolean
}

export type Sent = 'sent' | 'not_ready' | 'too_large'

/** How long a closing handshake may take. */
const CLOSING_MS = 1_000

export class Connection {
  readonly #options: ConnectionOptions
  readonly #listener: ConnectionListener
  readonly #heartbeat: Heartbeat
  #state: State = INITIAL
  #welcome: WelcomeMessage | undefined
  #link: Link | undefined
  /** Counts the attempts, so that what an earlier one still tells is known as such. */
  #attempt = 0
  /** The relay's hint in an `error` before it closes the connection. */
  #hintMs: number | undefined
  readonly #events: Event[] = []
  #dispatching = false
  #stopTimer: (() => void) | undefined
  /** What was said last, so that nothing is said twice in a row. */
  #described: string | undefined
  #stopSleepWatch: (() => void) | undefined
  /** Links that are shaking hands to close. */
  readonly #closing = new Map<Link, () => void>()
  #closed: (() => void) | undefined

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options
    this.#listener = listener
    this.#heartbeat = new Heartbeat({
      clock: options.clock,
      ping: () => this.#link?.ping(),
      silent: () => {
        this.#dispatch({ type: 'silent' })
      },
    })
  }

  get status(): ConnectionStatus {
    return statusOf(this.#state, this.#options.label, this.#options.maxReconnectAttempts)
  }

  /** The relay's last welcome. */
  get welcome(): WelcomeMessage | undefined {
    return this.#welcome
  }

  /** Whether frames can be sent. */
  get ready(): boolean {
    const { name } = this.#state
    return name === 'fresh' || name === 'steady' || name === 'leaving'
  }

  /** Whether the relay takes new chats. */
  get open(): boolean {
    return this.ready && this.#state.name !== 'leaving'
  }

  connect(): void {
    this.#dispatch({ type: 'connect' })
  }

  reconnect(): void {
    this.#dispatch({ type: 'reconnect' })
  }

  /** Drops a connection on which `reason` happened, and opens another. */
  renew(reason: string): void {
    this.#dispatch({ type: 'failed', failure: unreachable(reason) })
  }

  /** The last live run of this client has ended. */
  runsEnded(): void {
    this.#dispatch({ type: 'runsEnded' })
  }

  /** Sends a frame. `too_large`: the relay would close the connection over it, so it was not sent. */
  send(message: ClientMessage): Sent {
    if (!this.ready || this.#welcome === undefined) return 'not_ready'
    const text = encode(message)
    if (exceeds(text, this.#welcome.maxFrameBytes)) return 'too_large'
    this.#link?.send(text)
    return 'sent'
  }

  /** Closes for good. Resolves when the sockets are gone, after a second at the latest. */
  async close(): Promise<void> {
    this.#dispatch({ type: 'shut' })
    this.#stopSleepWatch?.()
    this.#stopSleepWatch = undefined
    if (this.#closing.size === 0) return
    await new Promise<void>((resolve) => {
      this.#closed = resolve
    })
  }

  #dispatch(event: Event): void {
    this.#events.push(event)
    if (this.#dispatching) return
    this.#dispatching = true
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        this.#step(next)
      }
    } finally {
      this.#dispatching = false
    }
  }

  #step(event: Event): void {
    const { clock, random, reconnectIntervalMs, maxReconnectAttempts } = this.#options
    const { state, effects } = transition(this.#state, event, {
      intervalMs: reconnectIntervalMs,
      maxAttempts: maxReconnectAttempts,
      now: clock.now(),
      random: random(),
    })
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'open':
        void this.#openLink()
        break
      case 'close':
        this.#closeLink()
        break
      case 'drop':
        this.#takeLink()?.terminate()
        break
      case 'ready':
        if (this.#welcome === undefined) break
        this.#heartbeat.start(this.#welcome.heartbeatMs)
        this.#listener.ready(this.#welcome)
        break
      case 'probe':
        this.#options.detail('the clock jumped ahead: is the relay still there?')
        this.#heartbeat.probe()
        break
      case 'startTimer':
        this.#stopTimer = this.#options.clock.after(effect.ms, () => {
          this.#dispatch({ type: 'timer' })
        })
        break
      case 'stopTimer':
        this.#stopTimer?.()
        break
      case 'announce':
        this.#announce()
        break
    }
  }

  #announce(): void {
    const { status } = this
    const words = describe(status, this.#options.clock.now())
    if (words !== this.#described) this.#options.detail(words)
    this.#described = words
    this.#listener.status(status)
  }

  async #openLink(): Promise<void> {
    const { target, open, clock } = this.#options
    this.#stopSleepWatch ??= watchSleep(clock, () => {
      this.#dispatch({ type: 'woke' })
    })
    this.#attempt += 1
    const attempt = this.#attempt
    try {
      const address = await target()
      if (attempt !== this.#attempt) return
      const held: { link?: Link } = {}
      held.link = open(address, this.#eventsOf(attempt, address, held))
      this.#link = held.link
    } catch (error) {
      if (attempt !== this.#attempt) return
      const message = error instanceof Error ? error.message : String(error)
      const isFinal = error instanceof Error && 'final' in error && error.final === true
      this.#dispatch({ type: 'failed', failure: (isFinal ? final : unreachable)(message) })
    }
  }

  /** Takes the link away from the connection: what it still tells is of no interest. */
  #takeLink(): Link | undefined {
    const link = this.#link
    this.#link = undefined
    this.#attempt += 1
    this.#hintMs = undefined
    this.#heartbeat.stop()
    return link
  }

  #closeLink(): void {
    const link = this.#takeLink()
    if (link === undefined) return
    link.close(CloseCode.normal)
    const stopTimer = this.#options.clock.after(CLOSING_MS, () => {
      link.terminate()
      this.#linkGone(link)
    })
    this.#closing.set(link, stopTimer)
  }

  #linkGone(link: Link | undefined): void {
    if (link === undefined) return
    this.#closing.get(link)?.()
    this.#closing.delete(link)
    if (this.#closing.size === 0) this.#closed?.()
  }

  #eventsOf(attempt: number, address: RelayAddress, held: { readonly link?: Link }): LinkEvents {
    return {
      opened: () => {
        if (attempt !== this.#attempt) return
        this.#dispatch({ type: 'opened' })
        this.#greet(address)
      },
      failed: (failure) => {
        if (attempt !== this.#attempt) {
          this.#linkGone(held.link)
          return
        }
        this.#takeLink()
        this.#dispatch({ type: 'failed', failure })
      },
      message: (text) => {
        if (attempt === this.#attempt) this.#frame(text)
      },
      alive: () => {
        if (attempt === this.#attempt) this.#heartbeat.alive()
      },
      garbled: (reason) => {
        if (attempt === this.#attempt) this.#garbled(reason)
      },
      closed: (code, reason) => {
        if (attempt !== this.#attempt) {
          this.#linkGone(held.link)
          return
        }
        const retryAfterMs = this.#hintMs
        this.#takeLink()
        this.#options.detail(`closed with ${code}${reason === '' ? '' : ` (${reason})`}`)
        this.#dispatch({
          type: 'closed',
          code,
          reason,
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        })
      },
    }
  }

  #greet(address: RelayAddress): void {
    const { client, token } = this.#options
    const environment = 'environment' in address ? address.environment : undefined
    this.#link?.send(
      encode({
        type: 'hello',
        client,
        ...(token === undefined ? {} : { token }),
        ...(environment === undefined ? {} : { environment }),
      }),
    )
  }

  #frame(text: string): void {
    const parsed = parseServerMessage(text)
    if (parsed.kind === 'message') this.#message(parsed.message)
    else if (parsed.kind === 'bad') this.#garbled(parsed.reason)
  }

  #message(message: ServerMessage): void {
    if (message.type === 'goingAway') {
      const { reconnectAfterMs } = message
      this.#dispatch({ type: 'goingAway', reconnectAfterMs, busy: this.#listener.busy() })
    } else if (this.ready) {
      if (message.type === 'error' && message.for === 'hello') this.#hintMs = message.retryAfterMs
      if (message.type !== 'welcome') this.#listener.frame(message)
    } else if (message.type === 'welcome') {
      this.#welcome = message
      this.#dispatch({ type: 'welcomed' })
    } else if (message.type === 'error') {
      // The close that follows decides; it can hold no hint of its own.
      this.#hintMs = message.retryAfterMs
      this.#options.detail(`the relay says: ${message.message}`)
    } else {
      this.#garbled(`${message.type} before welcome`)
    }
  }

  #garbled(reason: string): void {
    this.#options.detail(`a frame that does not fit: ${reason}`)
    this.#dispatch({ type: 'giveUp', failure: final(NOT_A_RELAY) })
  }
}

/** Whether a text has more than `bytes` as UTF-8, which has 1 to 3 bytes for each UTF-16 code unit. */
function exceeds(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && (text.length > bytes || Buffer.byteLength(text) > bytes)
}

/** A status in one line. */
function describe(status: ConnectionStatus, now: number): string {
  const { state, relay, attempt, maxAttempts, retryAt, failure } = status
  const why = failure === undefined ? '' : `: ${failure.message}`
  if (retryAt !== undefined) {
    const count = attempt === 0 ? '' : ` (${attempt}${maxAttempts === 0 ? '' : `/${maxAttempts}`})`
    return `next attempt in ${Math.max(0, retryAt - now)} ms${count}${why}`
  }
  return `${state.name.toLowerCase()} (${relay})${why}`
}
