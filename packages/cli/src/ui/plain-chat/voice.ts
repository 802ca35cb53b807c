/** Says what happens in the session, for a chat that is read out. */
import type { Channel } from '@speak-code/protocol'
import type { Line, PastMessage, SessionEvent } from '../../chat/session-events.ts'
import { spokenSeconds } from '../../chat/wording.ts'
import { spokenConnection } from './connection-words.ts'
import type { Page } from './page.ts'
import { SpokenMarkdown, type Utterance } from './spoken-markdown.ts'

const WHO = { user: 'Question', assistant: 'Answer', system: 'System prompt' } as const

type Part = Channel | 'text'

export interface VoiceParts {
  readonly page: Page
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** What the key is called that shows and hides reasoning, if there is one. */
  readonly reasoningKey: string | undefined
}

export class Voice {
  readonly #parts: VoiceParts
  #connection = ''
  #model: string | undefined
  #showReasoning = false
  #answer: { part: Part | undefined; markdown: SpokenMarkdown; saidReasoning: boolean } | undefined
  #waiting = 0

  constructor(parts: VoiceParts) {
    this.#parts = parts
  }

  /** Whether an answer is awaited or being said. */
  get isAnswering(): boolean {
    return this.#answer !== undefined
  }

  line(text: string): void {
    this.#parts.page.line(text)
  }

  /** From now on reasoning is read out, or left out again. */
  toggleReasoning(): void {
    this.#showReasoning = !this.#showReasoning
  }

  tell(event: SessionEvent): void {
    switch (event.type) {
      case 'connection': {
        const words = spokenConnection(event.status, this.#parts.now())
        if (words.key === this.#connection) break
        this.#connection = words.key
        this.line(words.text)
        break
      }
      case 'model':
        this.#model = event.model
        break
      case 'opened':
        this.#opened(event)
        break
      case 'branch':
        for (const message of event.messages) this.#past(message)
        break
      case 'question':
        if (this.#parts.page.justSent?.trim() !== event.text.trim()) {
          this.line(`Question: ${event.text}`)
        }
        break
      case 'answering':
        this.#answer = { part: undefined, markdown: new SpokenMarkdown(), saidReasoning: false }
        this.line('Waiting for the answer.')
        break
      case 'delta':
        this.#delta(event.delta, event.channel ?? 'text')
        break
      case 'answered':
        this.#settle()
        this.#answer = undefined
        this.#lines(event.lines)
        break
      case 'notice':
        if (event.text !== undefined)
          this.line(withTime(event.text, event.until, this.#parts.now()))
        break
      case 'waiting':
        this.#tellWaiting(event.questions)
        break
      case 'attachments':
        if (event.names.length > 0) this.line(`With the next question: ${event.names.join(', ')}.`)
        break
      case 'lines':
        this.#lines(event.lines)
        break
      case 'clearScreen':
        this.line('Nothing is cleared here: this chat only adds lines. The conversation goes on.')
        break
      case 'copy':
      case 'title':
      case 'tokens':
      case 'compose':
      case 'pick':
      case 'theme':
      case 'leave':
        break
    }
  }

  #opened({ title, messages, omitted }: Extract<SessionEvent, { type: 'opened' }>): void {
    this.#answer = undefined
    if (title !== undefined) this.line(`Conversation: ${title}`)
    if (omitted > 0) {
      this.line(`${omitted} earlier messages are in the history: speak-code history show.`)
    }
    for (const message of messages) this.#past(message)
  }

  #past({ role, text, lines }: PastMessage): void {
    if (role === 'assistant') {
      this.line('Answer:')
      const markdown = new SpokenMarkdown()
      this.#say([...markdown.push(text), ...markdown.end()])
    } else {
      this.line(`${WHO[role]}: ${text}`)
    }
    this.#lines(lines)
  }

  #lines(lines: readonly Line[]): void {
    for (const { tone, text, spoken } of lines) {
      this.line(spoken ?? (tone === 'error' ? `Error: ${text}` : text))
    }
  }

  #delta(delta: string, part: Part): void {
    this.#answer ??= { part: undefined, markdown: new SpokenMarkdown(), saidReasoning: false }
    const answer = this.#answer
    if (part === 'reasoning' && !this.#showReasoning) {
      if (!answer.saidReasoning) {
        const { reasoningKey: key } = this.#parts
        this.line(`The model is reasoning${key === undefined ? '' : `; ${key} reads it out`}.`)
      }
      answer.saidReasoning = true
      return
    }
    if (part !== answer.part) {
      this.#settle()
      answer.part = part
      answer.markdown = new SpokenMarkdown()
      this.line(this.#heading(part))
    }
    this.#say(answer.markdown.push(delta))
  }

  #heading(part: Part): string {
    if (part === 'reasoning') return 'Reasoning:'
    if (part === 'refusal') return 'Refusal:'
    return this.#model === undefined ? 'Answer:' : `Answer from ${this.#model}:`
  }

  #settle(): void {
    if (this.#answer !== undefined) this.#say(this.#answer.markdown.end())
    this.#parts.page.endLine()
  }

  #say(utterances: readonly Utterance[]): void {
    const { page } = this.#parts
    for (const { text, ends } of utterances) {
      page.piece(text)
      if (ends) page.endLine()
    }
  }

  #tellWaiting(questions: Extract<SessionEvent, { type: 'waiting' }>['questions']): void {
    const held = questions.filter(({ state }) => state === 'held').length
    const count = questions.length
    if (count > this.#waiting || (held > 0 && count > 0)) {
      const number = count === 1 ? '1 question waits' : `${count} questions wait`
      this.line(held > 0 ? `${number}; Enter sends.` : `${number}. /queue lists them.`)
    }
    this.#waiting = count
  }
}

function withTime(text: string, until: number | undefined, now: number): string {
  return until === undefined ? text : `${text} ${spokenSeconds(until - now)}.`
}
