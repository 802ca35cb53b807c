/**
 * Keeps what happens in order while the past of a conversation waits for the colours of its code: what belongs below it
 * waits behind it.
 */
import type { PastMessage } from '../chat/session-events.ts'
import type { Clock } from '../client/clock.ts'
import { prepareCode } from '../markdown/code-languages.ts'
import type { ViewAction } from './view-state.ts'

/** Without its colours a text is better than no text: so long the loading of languages may take, in milliseconds. */
const PATIENCE_MS = 500

/** What belongs to the conversation's text, or changes with it. */
const IN_ORDER: ReadonlySet<ViewAction['type']> = new Set([
  'opened',
  'branch',
  'question',
  'answering',
  'delta',
  'answered',
  'notice',
  'waiting',
  'attachments',
  'lines',
])

const FENCED = /^[ \t>*+-]*(?:`{3}|~{3})/m

export class EventOrder {
  readonly #clock: Clock
  readonly #tell: (event: ViewAction) => void
  #waiting: ViewAction[] = []
  #isWaiting = false

  constructor(clock: Clock, tell: (event: ViewAction) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  /** Tells the event now, or once what was taken before it can be told. */
  take(event: ViewAction): void {
    if (this.#isWaiting && IN_ORDER.has(event.type)) {
      this.#waiting.push(event)
      return
    }
    const source = codeOf(event)
    if (source === '') {
      this.#tell(event)
      return
    }
    this.#waiting = [event]
    this.#isWaiting = true
    const cancel = this.#clock.after(PATIENCE_MS, () => {
      this.#goOn(event)
    })
    const goOn = (): void => {
      cancel()
      this.#goOn(event)
    }
    prepareCode(source).then(goOn, goOn)
  }

  /** Tells all that waits, as it is. */
  flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#isWaiting = false
    for (const event of waiting) this.#tell(event)
  }

  /** The languages of the first that waits, `event`, are there. */
  #goOn(event: ViewAction): void {
    if (this.#waiting[0] !== event) return
    this.#tell(event)
    const [, ...rest] = this.#waiting
    this.#waiting = []
    this.#isWaiting = false
    for (const each of rest) this.take(each)
  }
}

/** The answers with code in what is told of the past. */
function codeOf(event: ViewAction): string {
  if (event.type !== 'opened' && event.type !== 'branch') return ''
  return event.messages.flatMap(answerWithCode).join('\n')
}

function answerWithCode({ role, text }: PastMessage): string[] {
  return role === 'assistant' && FENCED.test(text) ? [text] : []
}
