/**
 * Which answer is shown. One at a time: others, of questions that were let go or of other terminals, wait for their
 * turn and are told in one piece when it comes.
 */
import type { Channel } from '@speak-code/protocol'
import { append, type ChatRun } from './chat-run.ts'
import type { Line, SessionListener } from './session-events.ts'
import { linesOfEnd, modelName } from './wording.ts'

type Texts = Pick<ChatRun, 'text' | 'reasoning' | 'refusal'>

/** In the order in which models send them. */
const PARTS = ['reasoning', 'text', 'refusal'] as const

export class Stage {
  readonly #emit: SessionListener
  readonly #now: () => number
  /** Oldest first. */
  #line: ChatRun[] = []
  #shown: ChatRun | undefined
  /** Why a run came to nothing. */
  readonly #reasons = new WeakMap<ChatRun, readonly Line[]>()

  constructor(emit: SessionListener, now: () => number) {
    this.#emit = emit
    this.#now = now
  }

  /** The run that is shown, or the next one. */
  get current(): ChatRun | undefined {
    return this.#shown ?? this.#line[0]
  }

  /** Own questions that are answered behind the answer that is shown. */
  get unseen(): readonly ChatRun[] {
    return this.#line.filter((run) => run.own && !run.questionShown && run.messages.length > 0)
  }

  isShown(runId: string): boolean {
    return this.#shown?.id === runId
  }

  has(run: ChatRun): boolean {
    return run === this.#shown || this.#line.includes(run)
  }

  /** Puts a run in line; it is shown at once if no other is. */
  enter(run: ChatRun): void {
    if (this.has(run)) return
    this.#line.push(run)
    this.#next()
  }

  /** Says something of a run, now or when it is shown. */
  remark(run: ChatRun, line: Line): void {
    if (run === this.#shown) this.#emit({ type: 'lines', lines: [line] })
    else run.remarks.push(line)
  }

  grow(run: ChatRun, delta: string, channel: Channel | undefined): void {
    append(run, delta, channel)
    run.firstAt ??= this.#now()
    if (run === this.#shown) this.#tell(delta, channel)
  }

  /** The answer as a whole is this. What was shown cannot be unsaid: if it goes on from there, only the rest is told. */
  replace(run: ChatRun, texts: Texts): void {
    const { text, reasoning, refusal } = run
    const before: Texts = { text, reasoning, refusal }
    run.text = texts.text
    run.reasoning = texts.reasoning
    run.refusal = texts.refusal
    if (texts.text !== '') run.firstAt ??= this.#now()
    if (run !== this.#shown) return
    const goesOn = PARTS.every((part) => texts[part].startsWith(before[part]))
    if (!goesOn) {
      this.#emit({
        type: 'lines',
        lines: [{ tone: 'warning', text: 'The answer was read again, from its beginning:' }],
      })
    }
    for (const part of PARTS) {
      const rest = goesOn ? texts[part].slice(before[part].length) : texts[part]
      if (rest !== '') this.#tell(rest, part === 'text' ? undefined : part)
    }
  }

  /** A run has come to its end; `reasons` where it came to nothing. */
  end(run: ChatRun, reasons?: readonly Line[]): void {
    if (run.over) return
    run.over = true
    run.endedAt = this.#now()
    if (reasons !== undefined) this.#reasons.set(run, reasons)
    if (run === this.#shown) this.#finish(run)
    else this.enter(run)
  }

  /** Takes a run off that was never asked. Returns whether it was shown. */
  remove(run: ChatRun): boolean {
    run.over = true
    this.#line = this.#line.filter((other) => other !== run)
    if (run !== this.#shown) return false
    this.#shown = undefined
    this.#emit({ type: 'answered', lines: [{ tone: 'warning', text: 'Not asked.' }] })
    this.#next()
    return true
  }

  clear(): void {
    this.#line = []
    this.#shown = undefined
  }

  #next(): void {
    if (this.#shown !== undefined) return
    const run = this.#line.shift()
    if (run === undefined) return
    this.#shown = run
    // A question that waited was not asked when it was typed.
    if (!run.over && run.firstAt === undefined) run.startedAt = this.#now()
    if (!run.questionShown && run.messages.length > 0) {
      run.questionShown = true
      this.#emit({ type: 'question', text: run.typed })
    }
    if (run.compared !== undefined) {
      this.#emit({ type: 'lines', lines: [{ tone: 'strong', text: run.compared.model }] })
    }
    this.#emit({ type: 'answering', runId: run.id, at: run.startedAt })
    const remarks = run.remarks.splice(0)
    if (remarks.length > 0) this.#emit({ type: 'lines', lines: remarks })
    for (const part of PARTS) {
      if (run[part] !== '') this.#tell(run[part], part === 'text' ? undefined : part)
    }
    if (run.over) this.#finish(run)
  }

  #finish(run: ChatRun): void {
    this.#shown = undefined
    this.#emit({ type: 'answered', lines: this.#reasons.get(run) ?? endOf(run) })
    this.#next()
  }

  #tell(delta: string, channel: Channel | undefined): void {
    this.#emit(channel === undefined ? { type: 'delta', delta } : { type: 'delta', delta, channel })
  }
}

function endOf({ end, startedAt, firstAt, endedAt = startedAt, provider, model }: ChatRun): Line[] {
  if (end === undefined) return []
  const asked = provider === undefined || model === undefined ? undefined : { provider, model }
  return linesOfEnd(end.chunk, {
    verified: end.verified,
    begun: firstAt !== undefined,
    asked: asked && modelName(asked.provider, asked.model),
    durationMs: endedAt - startedAt,
    streamMs: firstAt === undefined ? 0 : endedAt - firstAt,
  })
}
