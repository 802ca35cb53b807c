/** A chat session on a scripted relay with a real history, and all that it has told. */
import { v7 as uuid } from 'uuid'
import { createChatClient } from '../../client/chat-client.ts'
import { FakeClock, settled } from '../../client/testing/fake-clock.ts'
import { ScriptedRelay } from '../../client/testing/scripted-relay.ts'
import type { LocalStore } from '../../store/local-store.ts'
import { openHistory } from '../../store/testing/history.ts'
import { ChatSession } from '../chat-session.ts'
import type { SessionEvent } from '../session-events.ts'
import type { SessionParts } from '../session-parts.ts'
import { findCommand, readInput, type CommandContext } from '../slash-commands.ts'

export class SessionHarness {
  readonly relay: ScriptedRelay
  readonly clock = new FakeClock()
  readonly store: LocalStore
  readonly session: ChatSession
  readonly events: SessionEvent[] = []
  /** Files that commands have written, and that they can read. */
  readonly files = new Map<string, string>()
  readonly models: { readonly name: string; readonly chosen: boolean }[] = []
  #seen = 0

  constructor(change: Partial<SessionParts> = {}, earlier?: SessionHarness) {
    this.relay = earlier?.relay ?? new ScriptedRelay()
    this.store = earlier?.store ?? openHistory()
    const save = change.save ?? true
    this.session = new ChatSession({
      client: createChatClient({
        relay: {
          label: 'ws://relay',
          token: undefined,
          target: () => Promise.resolve({ url: 'ws://relay' }),
        },
        client: { name: 'test', version: '1' },
        reconnectIntervalMs: 100,
        maxReconnectAttempts: 0,
        store: save ? this.store : undefined,
        open: this.relay.open,
        clock: this.clock,
        random: () => 0.5,
      }),
      store: this.store,
      save,
      clock: this.clock,
      newId: uuid,
      params: undefined,
      exercise: undefined,
      system: undefined,
      timeoutMs: undefined,
      chooseModel: (conversation) => conversation,
      onModel: (name, chosen) => {
        this.models.push({ name, chosen })
      },
      assemble: (typed, files) => [...files.map(({ text }) => text), typed].join('\n\n'),
      refresh: () => Promise.resolve(false),
      ...change,
    })
    this.session.on((event) => {
      this.events.push(event)
    })
  }

  async start(): Promise<this> {
    this.session.start()
    await settled()
    return this
  }

  /** Asks, and returns the run's id as the relay knows it. */
  async ask(text: string): Promise<string> {
    const { attached } = this.session
    const texts = attached.map(({ name, path }) => ({ name, text: this.files.get(path) ?? '' }))
    this.session.ask(text, { attached, texts })
    this.session.detach(attached)
    await settled()
    return this.relay.got('chat').at(-1)?.id ?? ''
  }

  /** Asks, and answers in one piece. Returns the run's id. */
  async converse(question: string, answer: string): Promise<string> {
    const id = await this.ask(question)
    await this.answer(id, answer)
    return id
  }

  async answer(runId: string, text: string): Promise<void> {
    await this.publish(runId, text)
    await this.end(runId)
  }

  /** What commands work with here. */
  get context(): CommandContext {
    return {
      session: this.session,
      store: this.store,
      now: () => this.clock.now(),
      readFile: (name) => {
        const text = this.files.get(name)
        if (text === undefined) return Promise.reject(new Error(`There is no file ${name}.`))
        return Promise.resolve({ name, path: name, text })
      },
      writeNew: (path, text) => {
        if (this.files.has(path)) return Promise.resolve('exists')
        this.files.set(path, text)
        return Promise.resolve('written')
      },
      pathsAfter: (path) =>
        Promise.resolve([...this.files.keys()].filter((name) => name.startsWith(path))),
      themes: ['default', 'dark'],
      keys: [['Enter', 'send']],
    }
  }

  /** Types a slash command. Returns what it says, each line after its tone. */
  async command(typed: string): Promise<string[]> {
    const input = readInput(typed)
    const command = input.type === 'command' ? findCommand(input.name) : undefined
    if (input.type !== 'command' || command === undefined) throw new Error(`no command: ${typed}`)
    const lines = await command.run(input.argument, this.context)
    await settled()
    return lines.map(({ tone, text }) => `${tone}: ${text}`)
  }

  /** What Tab offers after what is typed. */
  async completions(typed: string): Promise<string[]> {
    const input = readInput(typed)
    if (input.type !== 'command') throw new Error(`no command: ${typed}`)
    // A space at the end is part of what is typed.
    const argument = typed.replace(/^\S+\s/, '')
    const found = (await findCommand(input.name)?.complete?.(argument, this.context)) ?? []
    return found.map(({ value }) => value)
  }

  /** A piece of the newest run's answer, or of another's. */
  async publish(runId: string, delta: string): Promise<void> {
    this.relay.publish(runId, delta)
    await settled()
  }

  async end(runId: string, end: Parameters<ScriptedRelay['end']>[1] = {}): Promise<void> {
    this.relay.end(runId, end)
    await settled()
  }

  /** What was told since the last look, in short. */
  news(): string[] {
    const news = this.events.slice(this.#seen).flatMap(inShort)
    this.#seen = this.events.length
    return news
  }
}

function inShort(event: SessionEvent): string[] {
  switch (event.type) {
    case 'question':
      return [`question: ${event.text}`]
    case 'answering':
      return ['●●●']
    case 'delta':
      return [`${event.channel ?? 'text'}: ${event.delta}`]
    case 'answered':
    case 'lines':
      return event.lines
        .filter(({ tone }) => tone !== 'meta')
        .map(({ tone, text }) => `${tone}: ${text}`)
    case 'waiting':
      return [
        `waiting: ${event.questions.map(({ text, state }) => `${text} (${state})`).join(', ')}`,
      ]
    case 'notice':
      return [`notice: ${event.text ?? ''}`]
    case 'compose':
      return [`compose: ${event.text}`]
    case 'opened':
      return ['opened', ...event.messages.map(({ role, text }) => `${role}: ${text}`)]
    case 'branch':
      return ['branch', ...event.messages.map(({ role, text }) => `${role}: ${text}`)]
    case 'pick':
      return [`pick: ${event.what} ${event.query}`.trimEnd()]
    case 'title':
    case 'connection':
    case 'model':
    case 'theme':
    case 'tokens':
    case 'attachments':
    case 'copy':
    case 'clearScreen':
    case 'leave':
      return []
  }
}
