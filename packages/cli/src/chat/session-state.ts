/** What the parts of a chat session share. */
import { Conversation } from './conversation.ts'
import { LaterQuestions, type LaterQuestion } from './later-questions.ts'
import type { Line, SessionEvent } from './session-events.ts'
import type { Attachment, SessionParts } from './session-parts.ts'
import { Stage } from './stage.ts'

/** Where the next question goes instead of after the last answer. */
export interface Place {
  readonly parentId: string | null
}

export class SessionState {
  readonly parts: SessionParts
  readonly emit: (event: SessionEvent) => void
  readonly stage: Stage
  conversation: Conversation
  later = new LaterQuestions()
  /** Whether the history has a message of the conversation. */
  begun = false
  /** Named in requests; undefined leaves it to the relay. */
  model: string | undefined
  /** Goes with the next question. */
  system: string | undefined
  exercise: string | undefined
  attachments: readonly Attachment[] = []
  /** Set by `/edit`. */
  place: Place | undefined
  /** Models that the next question goes to, all at once. */
  compared: readonly string[] = []
  #title: string | undefined

  constructor(parts: SessionParts, emit: (event: SessionEvent) => void) {
    this.parts = parts
    this.emit = emit
    this.stage = new Stage(emit, () => parts.clock.now())
    this.conversation = new Conversation(parts.newId())
    this.system = parts.system?.text
    this.exercise = parts.exercise
    this.model = parts.chooseModel(undefined)
  }

  /** Whether an answer is awaited or under way. */
  get busy(): boolean {
    return this.stage.current !== undefined
  }

  /** Of the open conversation, as it was told. */
  get title(): string | undefined {
    return this.#title
  }

  /** What is asked next, as far as it is known. */
  get modelInWords(): string | undefined {
    return this.model ?? this.parts.client.welcome?.defaultModel
  }

  /** Leaves the open conversation for another one. Returns what was to be asked in it and is kept nowhere. */
  enter(conversation: Conversation): readonly LaterQuestion[] {
    const left = this.later.all
    const { client, system } = this.parts
    if (this.begun) client.detach(this.conversation.id)
    this.stage.clear()
    this.conversation = conversation
    this.later = new LaterQuestions()
    this.system = system?.text
    this.place = undefined
    this.compared = []
    this.#title = undefined
    return left
  }

  /** Puts questions back into the composer, with their files. */
  giveBack(questions: readonly LaterQuestion[]): void {
    if (questions.length === 0) return
    this.attachAgain(questions.flatMap(({ attached }) => attached))
    this.emit({ type: 'compose', text: questions.map(({ typed }) => typed).join('\n\n') })
  }

  attach(files: readonly Attachment[]): void {
    this.attachments = files
    this.emit({ type: 'attachments', names: files.map(({ name }) => name) })
  }

  /** Files that went with a question that is written anew, before those that are attached since. */
  attachAgain(files: readonly Attachment[]): void {
    if (files.length === 0) return
    const others = this.attachments.filter(({ path }) => !files.some((file) => file.path === path))
    this.attach([...files, ...others])
  }

  say(...lines: readonly Line[]): void {
    this.emit({ type: 'lines', lines })
  }

  tellModel(): void {
    this.emit({ type: 'model', model: this.modelInWords })
  }

  tellTokens(): void {
    const { tokens, cost } = this.conversation
    this.emit({ type: 'tokens', tokens, ...(cost === undefined ? {} : { cost }) })
  }

  /** Tells the title if it is not the one that was told last. */
  tellTitle(title: string | undefined): void {
    if (title === this.#title) return
    this.#title = title
    this.emit({ type: 'title', title })
  }
}
