/** Opening a conversation of the history, and beginning one. */
import { newRun, questionOf } from './chat-run.ts'
import { COMPACT } from './compaction.ts'
import { Conversation } from './conversation.ts'
import { hitLines } from './hit.ts'
import { readPast, runOfQuestion, type Past } from './past.ts'
import type { SessionState } from './session-state.ts'

export class Opening {
  readonly #state: SessionState

  constructor(state: SessionState) {
    this.#state = state
  }

  /** Tells its messages; with `messageId` of the branch that holds it, and the place where `query` is found. */
  open(conversationId: string, messageId: string | undefined, query: string): void {
    const { emit, parts } = this.#state
    const { client, store, save, newId, chooseModel, clock } = parts
    if (store === undefined) return
    const past = readPast(store, conversationId, messageId)
    const conversation = new Conversation(save ? conversationId : newId(), past.all)
    const left = this.#state.enter(conversation)
    this.#state.begun = save
    if (parts.system?.explicit !== true) this.#state.system = undefined
    this.#state.model = chooseModel(past.model)
    conversation.tokens = past.tokens
    for (const { cost } of past.all) conversation.spent(0, cost ?? undefined)
    conversation.head = past.head
    const { title, messages, omitted } = past
    emit({ type: 'opened', conversationId, title, messages, omitted })
    this.#state.tellTitle(title)
    this.#state.tellModel()
    this.#state.tellTokens()
    const hit = messageId === undefined ? undefined : conversation.tree.get(messageId)
    if (hit !== undefined) this.#state.say(...hitLines(hit, query, clock.now()))
    if (past.question !== undefined) conversation.latest = runOfQuestion(past.question, newId())
    this.#state.giveBack(left)
    if (!save) return
    this.#takeUp(past)
    client.attach(conversationId)
  }

  begin(): void {
    const conversation = new Conversation(this.#state.parts.newId())
    const left = this.#state.enter(conversation)
    this.#state.begun = false
    const { id } = conversation
    const { emit } = this.#state
    emit({ type: 'opened', conversationId: id, title: undefined, messages: [], omitted: 0 })
    emit({ type: 'title', title: undefined })
    this.#state.tellTokens()
    this.#state.giveBack(left)
  }

  /** What the conversation has under way. */
  #takeUp({ open, shown }: Past): void {
    const { conversation, parts, stage } = this.#state
    const { client, clock } = parts
    for (const { runId, messageId, chat } of open) {
      const { messages, parentId, follows, summarises = false, asked } = chat
      const question = questionOf(messages)
      const run = newRun({
        id: runId,
        own: true,
        messages,
        parentId: follows === undefined ? parentId : undefined,
        follows,
        summarises,
        typed: summarises ? COMPACT : (asked?.typed ?? question?.content ?? ''),
        attached: asked?.attached ?? [],
        startedAt: clock.now(),
      })
      run.questionShown = question !== undefined && shown.has(question.id)
      run.messageId = messageId ?? undefined
      conversation.add(run)
      if (messageId === null) continue
      conversation.root(run, clock.now())
      stage.enter(run)
    }
    client.restore(conversation.id)
  }
}
