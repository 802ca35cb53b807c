/**
 * A chat without its screen: which conversation is open, what is asked and after what, which answer is shown. It tells
 * `SessionEvent`s; it draws nothing and knows no socket and no SQL.
 */
import type { ChatMessage, Cost } from '@speak-code/protocol'
import type { LocalMessage } from '../store/local-store.ts'
import { AnswerEvents } from './answer-events.ts'
import type { BranchChoice } from './branch-list.ts'
import { Branching } from './branching.ts'
import { companionsOf, type ChatRun } from './chat-run.ts'
import { Compaction } from './compaction.ts'
import { faultOfModels } from './comparison.ts'
import type { TypedQuestion } from './later-questions.ts'
import { Opening } from './opening.ts'
import { QuestionSender } from './question-sender.ts'
import type { Line, SessionEvent, SessionListener, WaitingQuestion } from './session-events.ts'
import {
  NO_FILES,
  type Attachment,
  type QuestionFiles,
  type SessionParts,
} from './session-parts.ts'
import { SessionState } from './session-state.ts'
import { waitingQuestions } from './waiting.ts'

/** What a relay takes at once that has not said more. */
const MAX_AT_ONCE = 16

export class ChatSession {
  readonly #parts: SessionParts
  readonly #listeners = new Set<SessionListener>()
  readonly #state: SessionState
  readonly #opening: Opening
  readonly #sender: QuestionSender
  readonly #branching: Branching
  readonly #compaction: Compaction
  readonly #answers: AnswerEvents
  /** Told to stop already. */
  readonly #stopping = new WeakSet<ChatRun>()
  #toldWaiting = '[]'
  #stopListening: () => void = () => {}

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#state = new SessionState(parts, (event) => {
      this.emit(event)
    })
    this.#opening = new Opening(this.#state)
    this.#sender = new QuestionSender(this.#state)
    this.#branching = new Branching(this.#state)
    this.#compaction = new Compaction(this.#state, this.#branching)
    this.#answers = new AnswerEvents(this.#state, {
      over: (run) => {
        if (run.summarises) this.#compaction.over(run)
        this.#askNext()
      },
      moved: () => {
        this.#tellWaiting()
      },
    })
  }

  get conversationId(): string {
    return this.#state.conversation.id
  }

  /** Whether one can come back to the conversation. */
  get begun(): boolean {
    return this.#state.begun
  }

  /** Whether an answer is awaited or under way. */
  get busy(): boolean {
    return this.#state.busy
  }

  /** What is asked next, as far as it is known. */
  get model(): string | undefined {
    return this.#state.modelInWords
  }

  /** What goes with the next question, else what the branch has. */
  get system(): string | undefined {
    return this.#state.system ?? this.#state.conversation.system
  }

  /** Of the open conversation; undefined where it has none yet. */
  get title(): string | undefined {
    return this.#state.title
  }

  /** Files that go with the next question. */
  get attached(): readonly Attachment[] {
    return this.#state.attachments
  }

  get exercise(): string | undefined {
    return this.#state.exercise
  }

  /** The source of the last answer. */
  get lastAnswer(): string {
    return this.#state.conversation.lastAnswer
  }

  get tokens(): number {
    return this.#state.conversation.tokens
  }

  /** Of all answers of the conversation whose price is known; undefined where none is. */
  get cost(): Cost | undefined {
    return this.#state.conversation.cost
  }

  /** Runs of the conversation that this session has seen, oldest first. */
  get runs(): readonly ChatRun[] {
    return [...this.#state.conversation.runs.values()]
  }

  /** The branch that is shown, from the beginning on. */
  get path(): readonly LocalMessage[] {
    return this.#state.conversation.path
  }

  /** Messages of all branches, oldest first. */
  get messages(): readonly LocalMessage[] {
    return this.#state.conversation.tree.messages
  }

  get waiting(): readonly WaitingQuestion[] {
    const { conversation, stage, later } = this.#state
    return waitingQuestions(conversation, stage, this.#parts.client.outbox, later)
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
      this.#answers.heard(event)
    })
    this.emit({ type: 'connection', status: client.status })
    this.#state.tellModel()
    client.connect()
  }

  /**
   * Opens a conversation of the history: its messages are told, what is under way goes on. With `messageId` it is the
   * branch that holds that message, and the place is told where words of `query` are found in it.
   */
  open(conversationId: string, messageId?: string, query = ''): void {
    this.#opening.open(conversationId, messageId, query)
    this.#tellWaiting()
  }

  /** Begins a conversation. */
  begin(): void {
    this.#opening.begin()
    this.#tellWaiting()
  }

  /**
   * Asks. While an answer is awaited the question waits for its end, without a connection for the connection. Throws
   * what the store throws where it cannot be written; then nothing was asked.
   */
  ask(typed: string, files: QuestionFiles = NO_FILES): void {
    const { client, newId, save } = this.#parts
    const { conversation, later } = this.#state
    const question = { typed, ...files }
    client.connect()
    if (conversation.underWay !== undefined && !save) later.add({ id: newId(), ...question })
    else this.#ask(question)
    this.#tellWaiting()
  }

  /** Asks the last question again. Returns a sentence where that cannot be done. */
  retry(model: string | undefined): string | undefined {
    const question = this.#branching.again()
    if (typeof question === 'string') return question
    if (model !== undefined) this.setModel(model)
    this.#parts.client.connect()
    this.#state.place = undefined
    this.#sender.send(question)
    this.#tellWaiting()
    return undefined
  }

  /**
   * Asks several models at once: the last question again, or, where there is none, the next one (`next`). Returns a
   * sentence where that cannot be done.
   */
  compare(models: readonly string[]): 'asked' | 'next' | { readonly problem: string } {
    const fault = faultOfModels(models, this.#parts.client.welcome?.maxInflight ?? MAX_AT_ONCE)
    const problem = fault ?? this.#branching.obstacle
    if (problem !== undefined) return { problem }
    if (this.#state.conversation.latest === undefined) {
      this.#state.compared = models
      return 'next'
    }
    const question = this.#branching.again()
    if (typeof question === 'string') return { problem: question }
    this.#parts.client.connect()
    this.#state.place = undefined
    this.#sender.sendToAll(models, question)
    this.#tellWaiting()
    return 'asked'
  }

  /** Has the model sum the conversation up and goes on from there. Returns a sentence where that cannot be done. */
  compact(): string | undefined {
    const question = this.#compaction.question()
    if (typeof question === 'string') return question
    this.#parts.client.connect()
    this.#sender.send(question)
    this.#tellWaiting()
    return undefined
  }

  /**
   * Takes the `n`-th last question (1 is the last) back into the composer; the next question stands in its place.
   * Returns a sentence where that cannot be done.
   */
  edit(n: number): string | undefined {
    return this.#branching.edit(n)
  }

  /** Goes on in a new conversation that begins with a copy of this branch. Returns a sentence where it cannot. */
  fork(): string | undefined {
    const problem = this.#branching.fork()
    this.#tellWaiting()
    return problem
  }

  /** The branches to choose from, in the order of their numbers. */
  branches(): readonly BranchChoice[] {
    return this.#branching.list()
  }

  /** Goes on with another branch. Returns a sentence where that cannot be done. */
  walk(branch: BranchChoice): string | undefined {
    const { obstacle } = this.#branching
    if (obstacle === undefined) this.#branching.walk(branch)
    return obstacle
  }

  /**
   * Stops the answer that is awaited, and those that are compared with it; what had arrived is kept, what waits is
   * held. Returns whether there was one that was not told to stop before.
   */
  stop(): boolean {
    const { stage, later } = this.#state
    const run = stage.current
    if (run === undefined) return false
    const stopped = companionsOf(run).filter((one) => !one.over && !this.#stopping.has(one))
    if (stopped.length === 0) return false
    later.held = true
    for (const one of stopped) {
      this.#stopping.add(one)
      this.#parts.client.cancel(one.id)
    }
    this.#tellWaiting()
    return true
  }

  /** Lets held questions go. Returns whether there were any. */
  release(): boolean {
    if (!this.waiting.some(({ state }) => state === 'held')) return false
    this.#state.later.held = false
    this.#parts.client.release(this.conversationId)
    this.#askNext()
    this.#tellWaiting()
    return true
  }

  /** The `n`-th waiting question (from 1) is not asked. Returns its text. */
  drop(n: number): string | undefined {
    return this.#drop(n)?.typed
  }

  /** As `drop`; the files that went with the question go with the next one. */
  takeBack(n: number): string | undefined {
    const question = this.#drop(n)
    if (question !== undefined) this.#state.attachAgain(question.attached)
    return question?.typed
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
    this.#state.model = model
    this.#state.tellModel()
  }

  /** The system prompt from the next question on; undefined sends none, or no other. */
  setSystem(text: string | undefined): void {
    this.#state.system = text
  }

  /** The exercise that the following questions are about; undefined for none. */
  setExercise(slug: string | undefined): void {
    this.#state.exercise = slug
  }

  /** Returns whether there was something to name. Throws what the store throws. */
  rename(title: string): boolean {
    const { store, save } = this.#parts
    const { conversation } = this.#state
    if (save) {
      if (store?.rename(this.conversationId, title) !== true) return false
      this.#state.tellTitle(store.conversation(this.conversationId)?.title)
      return true
    }
    if (conversation.tree.messages.length === 0) return false
    this.#state.tellTitle(title.trim().replaceAll(/\s+/g, ' '))
    return true
  }

  attach(file: Attachment): void {
    this.#state.attach([...this.#state.attachments, file])
  }

  /** As `attach`, for files that belong to a question that is written anew: they come first, each once. */
  attachAgain(files: readonly Attachment[]): void {
    this.#state.attachAgain(files)
  }

  /** The next question goes without these files. */
  detach(files: readonly Attachment[]): void {
    const { attachments } = this.#state
    const left = attachments.filter((file) => !files.includes(file))
    if (left.length < attachments.length) this.#state.attach(left)
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

  /** The question, after the system prompt where that is due. */
  #messages(content: string): ChatMessage[] {
    const { newId } = this.#parts
    const { system } = this.#state
    return [
      ...(system === undefined ? [] : [{ id: newId(), role: 'system', content: system } as const]),
      { id: newId(), role: 'user', content },
    ]
  }

  #ask({ typed, attached, texts }: TypedQuestion): void {
    const { conversation, place, compared } = this.#state
    const messages = this.#messages(this.#parts.assemble(typed, texts))
    const after =
      place === undefined ? (conversation.underWay ?? conversation.head) : place.parentId
    const question = { messages, typed, attached, after }
    if (compared.length === 0) this.#sender.send(question)
    else this.#sender.sendToAll(compared, question)
    this.#state.system = undefined
    this.#state.place = undefined
    this.#state.compared = []
  }

  #drop(n: number): Pick<TypedQuestion, 'typed' | 'attached'> | undefined {
    const question = this.waiting[n - 1]
    if (question === undefined) return undefined
    const { runId, text } = question
    const { conversation, later } = this.#state
    const attached = conversation.runs.get(runId)?.attached ?? []
    const kept = later.drop(runId)
    if (kept === undefined) this.#parts.client.cancel(runId)
    this.#tellWaiting()
    return kept ?? { typed: text, attached }
  }

  #askNext(): void {
    const { conversation, later } = this.#state
    if (conversation.underWay !== undefined) return
    const next = later.next()
    if (next === undefined) return
    this.#parts.client.connect()
    this.#ask(next)
    this.#tellWaiting()
  }

  #tellWaiting(): void {
    this.#state.conversation.place(this.#parts.client.outbox)
    const questions = this.waiting
    const told = JSON.stringify(questions)
    if (told === this.#toldWaiting) return
    this.#toldWaiting = told
    this.emit({ type: 'waiting', questions })
  }
}
