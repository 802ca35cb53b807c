/** One question and its answer, as a session follows it. */
import type { Channel, ChatMessage, EndChunk } from '@speak-code/protocol'
import type { Line } from './session-events.ts'
import type { Attachment } from './session-parts.ts'

/** Runs that ask several models the same question. */
export interface Comparison {
  /** In the order in which their answers are shown; the conversation goes on after the first. */
  readonly runs: ChatRun[]
}

export interface ChatRun {
  readonly id: string
  /** Asked from this terminal. */
  readonly own: boolean
  /** The messages that it carried, the question last; empty where another terminal asked and it is not known. */
  readonly messages: readonly ChatMessage[]
  /** What `messages` follow; undefined while that is an answer to come. */
  parentId: string | null | undefined
  /** The run whose answer they wait for. */
  follows: string | undefined
  /** The question's text as it was typed, without the files that went with it. */
  readonly typed: string
  /** Files that were attached to it. */
  readonly attached: readonly Attachment[]
  /** What it was asked with by name, beside others that got the same question. */
  readonly compared: { readonly by: Comparison; readonly model: string } | undefined
  /** The answer is a summary for a branch that begins with it. */
  readonly summarises: boolean
  questionShown: boolean
  messageId: string | undefined
  model: string | undefined
  provider: string | undefined
  text: string
  reasoning: string
  refusal: string
  /** Times in milliseconds since 1970. */
  startedAt: number
  firstAt: number | undefined
  endedAt: number | undefined
  /** What is to be said of it once it is shown. */
  readonly remarks: Line[]
  end: { readonly chunk: EndChunk; readonly verified: boolean } | undefined
  /** Nothing more will be told of it. */
  over: boolean
}

type Given = Pick<ChatRun, 'id' | 'own' | 'messages' | 'parentId' | 'typed' | 'startedAt'> &
  Partial<Pick<ChatRun, 'follows' | 'attached' | 'compared' | 'summarises'>>

export function newRun(run: Given): ChatRun {
  return {
    follows: undefined,
    attached: [],
    compared: undefined,
    summarises: false,
    ...run,
    questionShown: false,
    messageId: undefined,
    model: undefined,
    provider: undefined,
    text: '',
    reasoning: '',
    refusal: '',
    firstAt: undefined,
    endedAt: undefined,
    remarks: [],
    end: undefined,
    over: false,
  }
}

export function append(run: ChatRun, delta: string, channel: Channel | undefined): void {
  if (channel === undefined) run.text += delta
  else run[channel] += delta
}

/** The question of a run's messages: the last of the user's. */
export function questionOf(messages: readonly ChatMessage[]): ChatMessage | undefined {
  return messages.findLast((message) => message.role === 'user')
}

/** The run and those that are compared with it. */
export function companionsOf(run: ChatRun): readonly ChatRun[] {
  return run.compared?.by.runs ?? [run]
}
