/** One question and its answer, as a session follows it. */
import type { Channel, ChatMessage, EndChunk } from '@speak-code/protocol'

export interface ChatRun {
  readonly id: string
  /** Asked from this terminal. */
  readonly own: boolean
  /** The messages that it carried, the question last; empty where another terminal asked and it is not known. */
  readonly messages: readonly ChatMessage[]
  /** What `messages` follow; undefined while that is an answer to come. */
  parentId: string | null | undefined
  /** The question's text as it was typed, without the files that went with it. */
  readonly typed: string
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
  end: { readonly chunk: EndChunk; readonly verified: boolean } | undefined
  /** Nothing more will be told of it. */
  over: boolean
}

export function newRun(
  run: Pick<ChatRun, 'id' | 'own' | 'messages' | 'parentId' | 'typed' | 'startedAt'>,
): ChatRun {
  return {
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
