/**
 * A chat without its screen: which conversation is open, what is asked and after what, which answer is shown. It tells
 * `SessionEvent`s; it draws nothing and knows no socket and no SQL.
 */
import type { ChatMessage } from '@speak-code/protocol'
import type { ClientEvent, OutgoingChat } from '../client/client.ts'
import { Branch } from './branch.ts'
import { newRun, questionOf, type ChatRun } from './chat-run.ts'
import { Company } from './company.ts'
import { readPast, type Past } from './past.ts'
import type { Line, SessionEvent, SessionListener, WaitingQuestion } from './session-events.ts'
import type { Attachment, SessionParts } from './session-parts.ts'
import { Stage } from './stage.ts'
import { UnsavedBranch } from './unsaved.ts'
import { waitingQuestions } from './waiting.ts'
import { linesOfError, modelName } from './wording.ts'

export class ChatSession {
  readonly #parts: SessionParts
  readonly #listeners = new Set<SessionListener>()
  readonly #stage: Stage
  readonly #company: Company
  #branch: Branch
  /** With `--no-save`. */
  #unsaved: UnsavedBranch | undefined
  /** Whether the history has a message of it. */
  #begun = false
  #model: string | undefined
  /** Goes with the next question. */
  #system: string | undefined
  #attachments: readonly Attachment[] = []
  #stopping: ChatRun | undefined
  #toldWaiting = '[]'
  #stopListening: () => void = () => {}

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#stage = new Stage(
      (event) => {
        this.emit(event)
      },
      () => parts.clock.now(),
    )
    this.#company = new Company(parts, this.#stage)
    this.#branch = new Branch(parts.newId())
    this.#unsaved = parts.save ? undefined : new UnsavedBranch()
    this.#system = parts.system?.text
    this.#model = parts.chooseModel(undefined)
  }

  get conversationId(): string {
    return this.#branch.conversationId
  }

  /** Whether one can come back to the conversation. */
  get begun(): boolean {
    return this.#begun
  }

  /** Whether an answer is awaited or under way. */
  get busy(): boolean {
    return this.#stage.current !== undefined
  }

  /** What is asked next, as far as it is known. */
  get model(): string | undefined {
    return this.#model ?? this.#parts.client.welcome?.defaultModel
  }

  get system(): string | undefined {
    return this.#system ?? this.#parts.system?.text
  }

  /** The source of the last answer. */
  get lastAnswer(): string {
    return this.#branch.lastAnswer
  }

  get tokens(): number {
    return this.#branch.tokens
  }

  /** Runs of the conversation that this session has seen, oldest first. */
  get runs(): readonly ChatRun[] {
    return [...this.#branch.runs.values()]
  }

  get waiting(): readonly WaitingQuestion[] {
    return waitingQuestions(this.#branch, this.#stage, this.#parts.client.outbox, this.#unsaved)
  }

  /** Calls `listener` for every event from now on. Returns the function that stops it. */
  on(listener: SessionListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Begins to listen to the client and to connect. */
  start(): void {
    const { client } = this.#parts
    this.#stopListening = client.on((event) => {
      this.#heard(event)
    })
    this.emit({ type: 'connection', status: client.status })
    this.emit({ type: 'model', model: this.model })
    client.connect()
  }

  /** Opens a conversation of the history: its messages are told, what is under way goes on. */
  open(conversationId: string): void {
    const { client, store, save, newId, chooseModel } = this.#parts
    if (store === undefined) return
    const past = readPast(store, conversationId)
    this.#enter(save ? conversationId : newId())
    this.#begun = save
    if (this.#parts.system?.explicit !== true) this.#system = undefined
    this.#model = chooseModel(past.model)
    this.#branch.tokens = past.tokens
    this.#branch.head = past.head
    this.#branch.lastAnswer = past.lastAnswer
    if (!save) this.#unsaved = new UnsavedBranch(past.branch)
    const { title, messages, omitted } = past
    this.emit({ type: 'opened', conversationId, title, messages, omitted })
    this.emit({ type: 'model', model: this.model })
    this.emit({ type: 'tokens', tokens: past.tokens })
    if (past.question !== undefined) this.#branch.latest = this.#pastRun(past, past.question)
    if (!save) return
    this.#takeUp(past)
    client.attach(conversationId)
    this.#tellWaiting()
  }

  /** Begins a conversation. */
  begin(): void {
    const conversationId = this.#parts.newId()
    this.#enter(conversationId)
    this.#begun = false
    this.emit({ type: 'opened', conversationId, title: undefined, messages: [], omitted: 0 })
    this.emit({ type: 'tokens', tokens: 0 })
    this.#tellWaiting()
  }

  /**
   * Asks. While an answer is awaited the question waits for its end, without a connection for the connection. Throws
   * what the store throws where it cannot be written; then nothing was asked.
   */
  ask(typed: string): void {
    const { client, newId, assemble } = this.#parts
    client.connect()
    const content = assemble(typed, this.#attachments)
    if (this.#unsaved !== undefined && this.#branch.underWay !== undefined) {
      this.#unsaved.wait({ id: newId(), text: content })
    } else {
      const system = this.#system === undefined ? [] : [this.#message('system', this.#system)]
      this.#send([...system, this.#message('user', content)], typed, this.#branch.underWay)
      this.#system = undefined
    }
    if (this.#attachments.length > 0) {
      this.#attachments = []
      this.emit({ type: 'attachments', names: [] })
    }
    this.#tellWaiting()
  }

  /** Asks the last question again. Returns a sentence where that cannot be done. */
  retry(model: string | undefined): string | undefined {
    const last = this.#branch.latest
    if (last === undefined) return 'There is no question to ask again.'
    if (!last.over || this.busy) return 'An answer is under way; Esc stops it.'
    if (last.messages.length === 0) return 'The question came from another terminal; ask it here.'
    if (model !== undefined) this.setModel(model)
    this.#unsaved?.untake(last)
    this.#branch.head = last.parentId ?? null
    this.#parts.client.connect()
    this.#send(last.messages, last.typed, undefined)
    this.#tellWaiting()
    return undefined
  }

  /**
   * Stops the answer that is awaited; what had arrived is kept, what waits is held. Returns whether there was one that
   * was not told to stop before.
   */
  stop(): boolean {
    const run = this.#stage.current
    if (run === undefined || run === this.#stopping) return false
    this.#stopping = run
    if (this.#unsaved !== undefined) this.#unsaved.held = true
    this.#parts.client.cancel(run.id)
    this.#tellWaiting()
    return true
  }

  /** Lets held questions go. Returns whether there were any. */
  release(): boolean {
    if (!this.waiting.some(({ state }) => state === 'held')) return false
    if (this.#unsaved !== undefined) this.#unsaved.held = false
    this.#parts.client.release(this.conversationId)
    this.#askNextUnsaved()
    this.#tellWaiting()
    return true
  }

  /** Takes the `n`-th waiting question (from 1) back. Returns its text. */
  drop(n: number): string | undefined {
    const question = this.waiting[n - 1]
    if (question === undefined) return undefined
    const kept = this.#unsaved?.drop(question.runId) === true
    if (!kept) this.#parts.client.cancel(question.runId)
    this.#tellWaiting()
    return question.text
  }

  /** Connects at once, whatever the state. */
  reconnect(): void {
    this.#parts.client.reconnect()
  }

  /** Connects if there is no connection. */
  connect(): void {
    this.#parts.client.connect()
  }

  setModel(model: string): void {
    this.#model = model
    this.emit({ type: 'model', model })
  }

  /** The system prompt from the next question on. */
  setSystem(text: string): void {
    this.#system = text
  }

  attach(file: Attachment): void {
    this.#attachments = [...this.#attachments, file]
    this.emit({ type: 'attachments', names: this.#attachments.map(({ name }) => name) })
  }

  say(...lines: readonly Line[]): void {
    this.emit({ type: 'lines', lines })
  }

  emit(event: SessionEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** Closes the connection. Runs go on at the relay. */
  async close(): Promise<void> {
    this.#stopListening()
    await this.#parts.client.close()
  }

  #heard(event: ClientEvent): void {
    const run = 'runId' in event ? this.#branch.runs.get(event.runId) : undefined
    switch (event.type) {
      case 'status':
        this.emit({ type: 'connection', status: event.status })
        break
      case 'welcome':
        this.emit({ type: 'model', model: this.model })
        break
      case 'accepted':
        if (run !== undefined) this.#accepted(run, event)
        break
      case 'delta':
        if (run !== undefined) this.#stage.grow(run, event.delta, event.channel)
        return
      case 'replaced':
        if (run !== undefined) this.#stage.replace(run, event)
        break
      case 'end':
        if (run === undefined) break
        run.end = { chunk: event.chunk, verified: event.verified }
        this.#branch.tokens += event.chunk.usage.totalTokens
        this.emit({ type: 'tokens', tokens: this.#branch.tokens })
        this.#over(run)
        break
      case 'lost':
        if (run !== undefined) void this.#lost(run)
        break
      case 'refused':
        if (run !== undefined) this.#over(run, linesOfError(event.error))
        break
      case 'withdrawn':
        if (run !== undefined) this.#withdrawn(run)
        break
      case 'postponed':
        if (run !== undefined && this.#stage.isShown(run.id)) {
          const text = `${event.error.message} It is asked again in`
          this.emit({ type: 'notice', text, until: event.at })
        }
        break
      case 'notice':
        if (this.#stage.isShown(event.notice.id)) {
          this.emit({ type: 'notice', text: event.notice.message })
        }
        break
      case 'run':
        this.#company.heard(this.#branch, event.run)
        break
      case 'attached':
        void this.#company.join(this.#branch, event.conversationId, event.runs)
        break
      case 'problem':
        this.say(...linesOfError(event.error))
        break
    }
    this.#tellWaiting()
  }

  #send(messages: readonly ChatMessage[], typed: string, after: ChatRun | undefined): void {
    const { client, clock, newId, params, exercise } = this.#parts
    const branch = this.#branch
    const parentId = after === undefined ? branch.head : (after.messageId ?? branch.head)
    const run = newRun({
      id: newId(),
      own: true,
      messages,
      parentId: after === undefined ? parentId : undefined,
      typed,
      startedAt: clock.now(),
    })
    const chat: OutgoingChat = {
      id: run.id,
      conversationId: branch.conversationId,
      ...this.#placed(messages, parentId),
      ...(this.#model === undefined ? {} : { model: this.#model }),
      ...(params === undefined ? {} : { params }),
      ...(exercise === undefined ? {} : { exercise: { slug: exercise } }),
      ...(after === undefined ? {} : { follows: after.id }),
    }
    if (!this.#begun && this.#unsaved === undefined) client.attach(branch.conversationId)
    const { latest } = branch
    branch.add(run)
    try {
      client.send(chat)
    } catch (error) {
      branch.forget(run)
      branch.latest = latest
      throw error
    }
    if (this.#unsaved === undefined) this.#begun = true
    else this.#unsaved.held = false
    if (!this.busy && client.status.state.name === 'Connected') this.#stage.enter(run)
  }

  #placed(
    messages: readonly ChatMessage[],
    parentId: string | null,
  ): Pick<OutgoingChat, 'messages' | 'parentId' | 'ephemeral'> {
    if (this.#unsaved === undefined) return { messages, parentId }
    // New ids each time: then a relay that still remembers the branch has nothing to compare.
    const renamed = [...this.#unsaved.turns, ...messages].map((message) => ({
      ...message,
      id: this.#parts.newId(),
    }))
    return { messages: renamed, parentId: null, ephemeral: true }
  }

  #accepted(
    run: ChatRun,
    { messageId, model, provider }: Extract<ClientEvent, { type: 'accepted' }>,
  ): void {
    this.#branch.accepted(run, messageId)
    run.model = model
    run.provider = provider
    const { clock, timeoutMs, client } = this.#parts
    if (timeoutMs !== undefined) {
      clock.after(timeoutMs, () => {
        if (!run.over) client.cancel(run.id)
      })
    }
    const name = modelName(provider, model)
    this.emit({ type: 'model', model: name })
    this.#parts.onModel(name, this.#model !== undefined)
    this.#stage.enter(run)
  }

  /** A run has come to its end, or to nothing; then `reasons` say why. */
  #over(run: ChatRun, reasons?: readonly Line[]): void {
    if (run.over) return
    const isWhole = run.end?.chunk.status === 'completed'
    if (run.text !== '') this.#branch.lastAnswer = run.text
    if (this.#unsaved !== undefined) {
      this.#unsaved.take(run, this.#parts.newId())
      if (!isWhole) this.#unsaved.held = true
    }
    this.#stage.end(run, reasons)
    this.#askNextUnsaved()
  }

  #withdrawn(run: ChatRun): void {
    const wasShown = this.#stage.remove(run)
    this.#branch.forget(run)
    if (wasShown) this.emit({ type: 'compose', text: run.typed })
  }

  async #lost(run: ChatRun): Promise<void> {
    const branch = this.#branch
    const { rest, reasons } = await this.#company.find(branch, run)
    if (run.over || branch !== this.#branch) return
    if (rest !== '') this.#stage.grow(run, rest, undefined)
    this.#over(run, reasons)
    this.#tellWaiting()
  }

  /** What an opened conversation has under way. */
  #takeUp({ open, shown }: Past): void {
    const { client, clock } = this.#parts
    for (const { runId, messageId, chat } of open) {
      const { messages, parentId, follows } = chat
      const run = newRun({
        id: runId,
        own: true,
        messages,
        parentId: follows === undefined ? parentId : undefined,
        typed: questionOf(messages)?.content ?? '',
        startedAt: clock.now(),
      })
      run.messageId = messageId ?? undefined
      run.questionShown = messages.some(({ id }) => shown.has(id))
      this.#branch.add(run)
      if (messageId !== null) this.#stage.enter(run)
    }
    client.restore(this.conversationId)
  }

  /** The last question of an opened conversation, so that it can be asked again. */
  #pastRun(past: Past, question: NonNullable<Past['question']>): ChatRun {
    const run = newRun({
      id: this.#parts.newId(),
      own: true,
      messages: [question.message],
      parentId: question.parentId,
      typed: question.message.content,
      startedAt: 0,
    })
    run.over = true
    run.text = past.lastAnswer
    return run
  }

  #message(role: ChatMessage['role'], content: string): ChatMessage {
    return { id: this.#parts.newId(), role, content }
  }

  #askNextUnsaved(): void {
    if (this.#branch.underWay !== undefined) return
    const next = this.#unsaved?.next()
    if (next !== undefined) this.ask(next.text)
  }

  #tellWaiting(): void {
    this.#branch.place(this.#parts.client.outbox)
    const questions = this.waiting
    const told = JSON.stringify(questions)
    if (told === this.#toldWaiting) return
    this.#toldWaiting = told
    this.emit({ type: 'waiting', questions })
  }

  #enter(conversationId: string): void {
    if (this.#begun) this.#parts.client.detach(this.conversationId)
    this.#stage.clear()
    this.#branch = new Branch(conversationId)
    this.#unsaved = this.#parts.save ? undefined : new UnsavedBranch()
    this.#system = this.#parts.system?.text
  }
}
