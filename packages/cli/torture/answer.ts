/** What the mock upstream says to one question. */
import { randomUUID } from 'node:crypto'
import {
  DONE_EVENT,
  deltaEvent,
  finishEvent,
  type MockUpstream,
  roleEvent,
} from '@speak-code/testkit'
import { v7 as uuid } from 'uuid'
import type { OutgoingChat } from '../src/client/client.ts'

/** Deltas as they leave the upstream; a surrogate pair may be cut between two of them. */
export type Deltas = readonly string[]

/** What all clients must end up with: half a pair that stays alone has no UTF-8 form. */
export const wholeText = (deltas: Deltas): string => deltas.join('').toWellFormed()

export interface Cutting {
  readonly seed: number
  readonly longest: number
}

/** An answer that comes group by group, as its gates are opened. */
export class GatedAnswer {
  readonly model: string
  readonly whole: string
  readonly groups: readonly Deltas[]
  #opened = 0
  #finished = false
  readonly #upstream: MockUpstream

  private constructor(upstream: MockUpstream, groups: readonly Deltas[]) {
    this.model = `gated-${randomUUID()}`
    this.groups = groups
    this.whole = wholeText(groups.flat())
    this.#upstream = upstream
  }

  static async prepare(
    upstream: MockUpstream,
    groups: readonly Deltas[],
    cut?: Cutting,
  ): Promise<GatedAnswer> {
    const answer = new GatedAnswer(upstream, groups)
    const { model } = answer
    const body = groups.flatMap((deltas, index) => [
      { gate: `${model}/${index}` },
      deltas.map((delta) => deltaEvent(model, delta)).join(''),
    ])
    const end = [{ gate: `${model}/end` }, finishEvent(model, 'stop') + DONE_EVENT]
    await upstream.script(
      { body: [roleEvent(model), ...body, ...end], ...(cut === undefined ? {} : { cut }) },
      { model },
    )
    return answer
  }

  /** A question that this answers. */
  question(conversationId: string, parentId: string | null = null): OutgoingChat {
    return questionFor(this.model, conversationId, parentId)
  }

  /** The next group leaves the upstream. Returns whether there was one. */
  async emit(): Promise<boolean> {
    if (this.#opened >= this.groups.length) return false
    this.#opened += 1
    await this.#upstream.open(`${this.model}/${this.#opened - 1}`)
    return true
  }

  /** All that is left leaves the upstream, and the end. */
  async finish(): Promise<void> {
    if (this.#finished) return
    this.#finished = true
    while (await this.emit()) continue
    await this.#upstream.open(`${this.model}/end`)
  }

  /** Something has left, but not everything. */
  get isInside(): boolean {
    return this.#opened > 0 && !this.#finished
  }

  /** How much text clients must have once everything has arrived that has left. */
  get emittedLength(): number {
    const text = this.groups.slice(0, this.#opened).flat().join('')
    const last = text.charCodeAt(text.length - 1)
    return last >= 0xd800 && last <= 0xdbff && !this.#finished ? text.length - 1 : text.length
  }
}

export function questionFor(
  model: string,
  conversationId: string,
  parentId: string | null,
): OutgoingChat {
  const id = uuid()
  return {
    id,
    conversationId,
    parentId,
    messages: [{ id: uuid(), role: 'user', content: `the question of ${id}` }],
    model: `openai/${model}`,
  }
}
