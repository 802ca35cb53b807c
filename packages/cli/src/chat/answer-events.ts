/** What the client tells of questions and answers, put into the conversation and on the stage. */
import type { NoticeMessage } from '@speak-code/protocol'
import type { ClientEvent } from '../client/client.ts'
import { companionsOf, type ChatRun } from './chat-run.ts'
import { Company } from './company.ts'
import { moveFollowUps } from './follow-ups.ts'
import type { Line } from './session-events.ts'
import type { SessionState } from './session-state.ts'
import { answerMessage } from './tree-messages.ts'
import { linesOfError, modelName } from './wording.ts'

export interface AnswerListener {
  /** A run is over, for good or ill, and was told to the end. */
  readonly over: (run: ChatRun) => void
  /** Something may have changed in what waits. */
  readonly moved: () => void
}

/** Notices of what the answer was made without. */
const LEFT_OUT: ReadonlySet<NoticeMessage['code']> = new Set(['trimmed', 'dropped_param'])

type Told<T extends ClientEvent['type']> = Extract<ClientEvent, { type: T }>

export class AnswerEvents {
  readonly #state: SessionState
  readonly #company: Company
  readonly #listener: AnswerListener

  constructor(state: SessionState, listener: AnswerListener) {
    this.#state = state
    this.#company = new Company(state.parts, state.stage)
    this.#listener = listener
  }

  heard(event: ClientEvent): void {
    const { conversation, emit, stage } = this.#state
    const run = 'runId' in event ? conversation.runs.get(event.runId) : undefined
    switch (event.type) {
      case 'status':
        emit({ type: 'connection', status: event.status })
        break
      case 'welcome':
        this.#state.tellModel()
        break
      case 'accepted':
        if (run !== undefined) this.#accepted(run, event)
        break
      case 'delta':
        if (run !== undefined) stage.grow(run, event.delta, event.channel)
        return
      case 'replaced':
        if (run !== undefined) stage.replace(run, event)
        break
      case 'end':
        if (run !== undefined) this.#ended(run, event)
        break
      case 'lost':
        if (run !== undefined) void this.#lost(run)
        break
      case 'refused':
        if (run !== undefined) this.#refused(run, event)
        break
      case 'withdrawn':
        if (run !== undefined) this.#withdrawn(run)
        break
      case 'postponed':
        if (run !== undefined && stage.isShown(run.id)) {
          const text = `${event.error.message} It is asked again in`
          emit({ type: 'notice', text, until: event.at })
        }
        break
      case 'notice':
        this.#noticed(event.notice)
        break
      case 'run':
        this.#company.heard(conversation, event.run)
        break
      case 'attached':
        void this.#company.join(conversation, event.conversationId, event.runs)
        break
      case 'problem':
        this.#state.say(...linesOfError(event.error))
        break
    }
    this.#listener.moved()
  }

  #accepted(run: ChatRun, { messageId, model, provider }: Told<'accepted'>): void {
    const { conversation, emit, parts, stage, model: chosen } = this.#state
    const { clock, timeoutMs, client } = parts
    run.model = model
    run.provider = provider
    conversation.accepted(run, messageId, clock.now())
    if (timeoutMs !== undefined) {
      clock.after(timeoutMs, () => {
        if (!run.over) client.cancel(run.id)
      })
    }
    if (run.compared === undefined) {
      const name = modelName(provider, model)
      emit({ type: 'model', model: name })
      parts.onModel(name, chosen !== undefined)
      stage.enter(run)
    } else {
      for (const one of run.compared.by.runs) if (!one.over) stage.enter(one)
    }
  }

  /** What was left out is said for good; the rest is news until the answer comes. */
  #noticed({ id, code, message }: NoticeMessage): void {
    const { conversation, emit, stage } = this.#state
    const run = conversation.runs.get(id)
    if (run !== undefined && LEFT_OUT.has(code)) {
      stage.remark(run, { tone: 'warning', text: `${message}.` })
    } else if (stage.isShown(id)) emit({ type: 'notice', text: message })
  }

  #ended(run: ChatRun, { chunk, verified }: Told<'end'>): void {
    run.end = { chunk, verified }
    this.#state.conversation.spent(chunk.usage.totalTokens, chunk.cost)
    this.#state.tellTokens()
    this.#over(run)
  }

  #refused(run: ChatRun, { error }: Told<'refused'>): void {
    const { exercise } = this.#state
    const lines = linesOfError(error)
    if (error.code === 'not_found' && exercise !== undefined) {
      lines.push({ tone: 'hint', text: '/exercise off asks without an exercise.' })
    }
    this.#recoverSystem(run)
    moveFollowUps(this.#state, run, this.#state.conversation.parentOf(run))
    this.#over(run, lines)
  }

  /** A run has come to its end, or to nothing; then `reasons` say why. */
  #over(run: ChatRun, reasons?: readonly Line[]): void {
    if (run.over) return
    const { conversation, later, parts, stage } = this.#state
    stage.end(run, reasons)
    const answer = answerMessage(run)
    if (answer !== undefined) conversation.tree.put(answer)
    if (run.end?.chunk.status !== 'completed') later.held = true
    // A relay that keeps nothing cannot be told of an answer without a text.
    if (!parts.save && run.text === '' && conversation.head === run.messageId) {
      conversation.head = conversation.parentOf(run)
    }
    this.#listener.over(run)
  }

  #withdrawn(run: ChatRun): void {
    const { conversation, emit, stage } = this.#state
    const wasShown = stage.remove(run)
    moveFollowUps(this.#state, run, conversation.parentOf(run))
    conversation.forget(run)
    this.#recoverSystem(run)
    const isAsked = companionsOf(run).some((other) => other !== run && other.over)
    if (!wasShown || isAsked) return
    this.#state.attachAgain(run.attached)
    emit({ type: 'compose', text: run.typed })
  }

  /** A system prompt that did not get to the relay goes with the next question. */
  #recoverSystem(run: ChatRun): void {
    if (run.messageId !== undefined) return
    this.#state.system ??= run.messages.find(({ role }) => role === 'system')?.content
  }

  async #lost(run: ChatRun): Promise<void> {
    const { conversation, stage } = this.#state
    const { rest, reasons } = await this.#company.find(conversation, run)
    if (run.over || conversation !== this.#state.conversation) return
    if (rest !== '') stage.grow(run, rest, undefined)
    this.#over(run, reasons)
    this.#listener.moved()
  }
}
