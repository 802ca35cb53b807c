/** The live answers of one conversation, from those that are under way on. */
import type { RunMessage } from '@speak-code/protocol'
import type { ChatClient, ClientEvent } from '../../client/client.ts'
import type { TextDeps } from '../../deps.ts'
import { CommandError } from '../../errors.ts'
import type { AnswerDelivery } from '../answer/delivery.ts'
import { hasGivenUp, RunWatch, unreachable, WITHOUT_RELAY_MS } from '../answer/run-watch.ts'

export interface LiveAnswersOptions {
  readonly client: ChatClient
  readonly conversationId: string
  readonly delivery: AnswerDelivery
  /** Stay when no answer is live any more. */
  readonly follow: boolean
  readonly note: TextDeps['note']
}

export class LiveAnswers {
  readonly watch: RunWatch
  readonly #options: LiveAnswersOptions
  readonly #seen = new Set<string>()
  readonly #ended = Promise.withResolvers<void>()
  readonly #unsubscribe: () => void
  #absence: ReturnType<typeof setTimeout> | undefined

  constructor(options: LiveAnswersOptions) {
    this.#options = options
    const { client, delivery } = options
    // Before the watch, which ends what is open when the connection is given up.
    this.#unsubscribe = client.on((event) => {
      this.#handle(event)
    })
    this.watch = new RunWatch(client, delivery)
  }

  /**
   * Connects and follows. Resolves when no answer is live any more, never with `follow`.
   * Rejects with CommandError where none is live to begin with, and where the relay cannot be had.
   */
  async ended(): Promise<void> {
    const { client, conversationId } = this.#options
    client.connect()
    client.attach(conversationId)
    this.#absence = setTimeout(() => {
      this.#ended.reject(unreachable(client.status))
    }, WITHOUT_RELAY_MS)
    await this.#ended.promise
  }

  close(): void {
    this.#unsubscribe()
    clearTimeout(this.#absence)
    this.watch.close()
  }

  #handle(event: ClientEvent): void {
    const { conversationId, follow, note, client } = this.#options
    if (event.type === 'status' && hasGivenUp(event.status)) {
      if (this.watch.open === 0) this.#ended.reject(unreachable(client.status))
      else this.#endWithRuns()
    } else if (event.type === 'attached' && event.conversationId === conversationId) {
      clearTimeout(this.#absence)
      for (const { id } of event.runs) this.#follow(id)
      if (follow) return
      if (this.#seen.size > 0) this.#endWithRuns()
      else this.#ended.reject(nothingLive())
    } else if (event.type === 'run' && event.run.conversationId === conversationId) {
      if (event.run.status !== 'started' || this.#seen.has(event.run.id)) return
      const question = questionOf(event.run)
      if (question !== undefined) note(`> ${question}`)
      this.#follow(event.run.id)
    }
  }

  #follow(runId: string): void {
    if (this.#seen.has(runId)) return
    this.#seen.add(runId)
    this.#options.delivery.expect(runId, undefined)
    this.watch.add(runId)
    this.#options.client.follow(runId, 0)
  }

  #endWithRuns(): void {
    void this.watch.settled().then(this.#ended.resolve)
  }
}

function questionOf({ messages }: RunMessage): string | undefined {
  return messages?.findLast(({ role }) => role === 'user')?.content
}

function nothingLive(): CommandError {
  return new CommandError('not_found', 'No answer of this conversation is live.', {
    hint: 'Read it with `speak-code history show`, or wait for the next one with --follow.',
  })
}
