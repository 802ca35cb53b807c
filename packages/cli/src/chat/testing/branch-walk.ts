/** A session that is led at random through branches, on a relay that keeps the tree, and what is expected of both. */
import { errorInfo } from '@speak-code/protocol'
import * as fc from 'fast-check'
import { settled } from '../../client/testing/fake-clock.ts'
import { RelayTrees } from './relay-trees.ts'
import { SessionHarness } from './session-harness.ts'

const MODELS = ['m/1', 'm/2', 'm/3']

/** One thing that a person does; `n` is a place in a list. */
export const step = fc.record({
  do: fc.constantFrom(
    ...(['ask', 'ask', 'retry', 'edit', 'edit', 'branch', 'branch', 'fork', 'compare'] as const),
    ...(['ask', 'ask', 'reopen', 'compact'] as const),
  ),
  n: fc.integer({ min: 1, max: 4 }),
})
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A session and what is expected of it: the texts of the branch that is shown. */
export class Walk {
  readonly #faults: string[] = []
  readonly #trees = new RelayTrees()
  readonly #count: (what: string) => void
  #chat = new SessionHarness()
  #path: readonly string[] = []
  #said = 0
  /** What must be somewhere, by conversation. */
  readonly #texts: (readonly [conversationId: string, text: string])[] = []

  /** `count` is told what was done, so that a test can see that the hard things were. */
  constructor(count: (what: string) => void) {
    this.#count = count
  }

  async begin(): Promise<void> {
    this.#chat.relay.refuse = (request) =>
      this.#trees.take(request) === 'taken'
        ? undefined
        : errorInfo('unknown_parent', 'There is no such message.')
    await this.#chat.start()
  }

  async take({ do: what, n }: Step): Promise<void> {
    const { session } = this.#chat
    switch (what) {
      case 'ask':
        await this.#ask(this.#path)
        break
      case 'retry':
        if (session.retry(undefined) !== undefined) return
        await this.#answerAll(this.#path.slice(0, this.#lastQuestion + 1))
        break
      case 'edit':
        await this.#edit(n)
        break
      case 'branch':
        if (!this.#walk(n)) return
        break
      case 'fork':
        if (session.fork() !== undefined) return
        for (const text of this.#path) this.#texts.push([session.conversationId, text])
        // What is copied comes to the relay with the first question.
        await this.#ask(this.#path)
        break
      case 'compare':
        if (session.compare(MODELS) !== 'asked') return
        await this.#answerAll(this.#path.slice(0, this.#lastQuestion + 1))
        break
      case 'compact':
        if (session.compact() !== undefined) return
        await this.#compact()
        break
      case 'reopen':
        if (!session.begun) return
        await this.#reopen(session.conversationId)
        break
    }
    this.#count(what)
    const now = this.#chat.session
    this.#same(
      'the branch that is shown',
      now.path.map(({ content }) => content),
      this.#path,
    )
    this.#same('the last answer', now.lastAnswer, this.#path.at(-1) ?? '')
  }

  /** Looks for what has been lost. Returns all that was not as it should be. */
  finish(): readonly string[] {
    const { store } = this.#chat
    for (const [id, text] of this.#texts) {
      this.#same(`the relay has ${text}`, this.#trees.has(id, text), true)
      const isKept = store.messages(id).some(({ content }) => content === text)
      this.#same(`the history has ${text}`, isKept, true)
    }
    return [...this.#faults, ...this.#trees.faults]
  }

  get #lastQuestion(): number {
    return this.#path.findLastIndex((text) => text.startsWith('q'))
  }

  async #ask(before: readonly string[]): Promise<void> {
    this.#said += 1
    const text = `q${this.#said}`
    this.#chat.session.ask(text)
    this.#texts.push([this.#chat.session.conversationId, text])
    await this.#answerAll([...before, text])
  }

  /** What is asked while the summary is awaited follows it. */
  async #compact(): Promise<void> {
    const { session, relay } = this.#chat
    await settled()
    const run = [...relay.runs.values()].find(({ end }) => end === undefined)
    this.#said += 2
    const [question, summary] = [`q${this.#said - 1}`, `a${this.#said}`]
    session.ask(question)
    if (run === undefined) {
      this.#faults.push('no summary is asked for')
      return
    }
    const { id, conversationId, messages } = run.request
    const parentId = messages.at(-1)?.id ?? null
    this.#trees.answered(conversationId, run.messageId, parentId, summary)
    this.#texts.push([conversationId, question], [conversationId, summary])
    await this.#chat.answer(id, summary)
    await this.#answerAll([`Summary of the conversation so far:\n\n${summary}`, question])
  }

  async #edit(n: number): Promise<void> {
    const questions = this.#path.flatMap((text, at) => (text.startsWith('q') ? [at] : []))
    const at = questions.at(-n)
    const problem = this.#chat.session.edit(n)
    this.#same('a question to edit', problem === undefined, at !== undefined)
    if (at === undefined) return
    if (n > 1) this.#count('edit of an earlier one')
    await this.#ask(this.#path.slice(0, at))
  }

  /** Returns whether there was another branch. */
  #walk(n: number): boolean {
    const { session } = this.#chat
    const branch = session.branches()[n - 1]
    if (branch === undefined || branch.shown) return false
    session.walk(branch)
    this.#path = this.#trees.pathTo(session.conversationId, branch.last.id)
    this.#same('the branch goes on', this.#path.includes(branch.first.content), true)
    return true
  }

  async #reopen(conversationId: string): Promise<void> {
    await this.#chat.session.close()
    this.#chat = await new SessionHarness({}, this.#chat).start()
    this.#chat.session.open(conversationId)
  }

  /** Answers what is under way; `asked` is the branch that each request must follow, its question included. */
  async #answerAll(asked: readonly string[]): Promise<void> {
    await settled()
    const open = [...this.#chat.relay.runs.values()].filter(({ end }) => end === undefined)
    const first = open.find(({ request }) => request.model === MODELS[0]) ?? open[0]
    this.#same('something is asked', first === undefined, false)
    for (const run of open) {
      const { id, conversationId, messages } = run.request
      const parentId = messages.at(-1)?.id ?? null
      this.#same('what is asked follows', this.#trees.pathTo(conversationId, parentId), asked)
      this.#said += 1
      const answer = `a${this.#said}`
      this.#trees.answered(conversationId, run.messageId, parentId, answer)
      this.#texts.push([conversationId, answer])
      if (run === first) this.#path = [...asked, answer]
      await this.#chat.answer(id, answer)
    }
    this.#same('busy', this.#chat.session.busy, false)
  }

  #same(what: string, got: unknown, wanted: unknown): void {
    const [is, should] = [JSON.stringify(got), JSON.stringify(wanted)]
    if (is !== should) this.#faults.push(`${what}: ${is}, not ${should}`)
  }
}
