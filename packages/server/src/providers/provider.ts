/** The contract of a model provider. Providers know nothing of sockets, runs or stores. */
import type {
  ChatParams,
  EndStatus,
  ErrorInfo,
  FinishReason,
  ModelView,
  Role,
  Usage,
} from '@speak-code/protocol'
import type { ModelFacts } from '../catalogue/model-facts.ts'

/** What a provider gave with an answer and wants back when the answer is sent again: signed thinking, for one. */
export interface Replay {
  /** The kind of API it belongs to; others leave it out. */
  readonly kind: string
  /** JSON, opaque to everybody else. */
  readonly data: string
}

/** A message as a provider is asked with it. */
export interface PromptMessage {
  readonly role: Role
  readonly content: string
  readonly replay?: Replay
}

/**
 * Where an answer can be read on that its vendor goes on writing by itself: after an event whose deltas, and those before
 * it, have been given.
 */
export interface Checkpoint {
  /** The answer's id at the vendor. */
  readonly response: string
  /** Of the event, as the vendor numbers them. */
  readonly sequence: number
  /** A digest that tells whether somebody has the key that the answer was asked for with. */
  readonly account: string
  /** The kind of event that brings the reasoning, once there was one. */
  readonly reasoning?: string | undefined
}

export interface ProviderCall {
  /** As the provider calls it, without our provider's name before it. */
  readonly model: string
  readonly messages: readonly PromptMessage[]
  readonly params: ChatParams
  /** How long the answer may get, in tokens, where the parameters don't say: for APIs that insist on a figure. */
  readonly maxOutput?: number | undefined
  /**
   * Aborting it closes the upstream connection at once; where the vendor goes on by itself, as soon as the answer's id is
   * known, within a second. The answer itself is ended by {@link Background.cancel}.
   */
  readonly signal: AbortSignal
  /** Reads this answer on instead of asking for one: messages and parameters are not looked at. */
  readonly from?: Checkpoint | undefined
  /** The vendor may keep nothing of the answer. */
  readonly ephemeral?: boolean | undefined
  /**
   * Told, right after the deltas of an event, where the answer can be read on; undefined once the vendor has ended it as
   * failed.
   */
  readonly checkpoint?: ((checkpoint: Checkpoint | undefined) => void) | undefined
  /** Told of each parameter that the model does not take and that is therefore not sent. */
  readonly dropped?: (param: keyof ChatParams) => void
}

/** A piece of the answer, never empty, just as the provider cut it (it may end in half a surrogate pair). */
export interface TextDelta {
  readonly channel: 'text' | 'reasoning' | 'refusal'
  readonly text: string
}

/** A piece of a call of a tool that the client is to run. */
export interface ToolCallDelta {
  readonly channel: 'toolCall'
  /** Which of the answer's calls, from 0. */
  readonly index: number
  /** With the first piece of a call, where the provider gives one. */
  readonly id?: string
  /** With the first piece of a call. */
  readonly name?: string
  /** A piece of the arguments, just as it came: JSON once it is whole, if the provider keeps its word. May be empty. */
  readonly text: string
}

/** A whole call of a tool, as an answer keeps it. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  /** Just as the pieces came: JSON unless `malformed`. */
  readonly arguments: string
  /** The arguments are no JSON: the answer was cut in them, or the model made them badly. */
  readonly malformed?: true
}

export type ProviderDelta = TextDelta | ToolCallDelta

/** Tokens as the provider counted them, already normalised (see `Usage` in the protocol). */
export type ProviderUsage = Omit<Usage, 'source' | 'totalTokens'> & {
  /** Those of the prompt that the vendor put into its cache, where it prices them apart. For the cost alone. */
  readonly cacheWriteTokens?: number
}

/** How sure a finished end is: the end mark came, or the finish reason without it. */
export type Certainty = 'end_mark' | 'finish_reason'

export interface FailedEnd {
  readonly outcome: 'failed'
  readonly error: ErrorInfo
  /** It was the relay that waited in vain; the provider has told of no failure. */
  readonly timedOut?: true
  /** Only the connection was lost: the vendor goes on with the answer, which can be read on from here. */
  readonly from?: Checkpoint
  readonly usage?: ProviderUsage
}

/** How a call ended. `usage` is the provider's last word on it, where it gave one. */
export type ProviderEnd =
  | {
      readonly outcome: 'finished'
      readonly status: Extract<EndStatus, 'completed' | 'incomplete'>
      readonly finishReason: FinishReason
      /** The provider's own word, where ours says less. */
      readonly nativeFinishReason?: string
      readonly certainty: Certainty
      /** The whole text, where the vendor repeats it to who has read the answer on. */
      readonly text?: string
      readonly replay?: Replay
      readonly usage?: ProviderUsage
    }
  | FailedEnd
  /** The call's signal was aborted before the provider was finished. */
  | { readonly outcome: 'aborted'; readonly usage?: ProviderUsage }

/** What there is to answers that a vendor goes on writing by itself, whoever listens. */
export interface Background {
  /** Whether the answer was asked for with the key that this provider has: nobody else can read it. */
  owns(checkpoint: Checkpoint): boolean
  /** Ends the answer at the vendor. Never rejects; gives up after some seconds. */
  cancel(checkpoint: Checkpoint): Promise<void>
}

export interface Provider {
  /** The configured name: the part before the slash in `provider/id`. */
  readonly name: string
  /** The ids it is known to serve; undefined where any id is passed on. */
  readonly models: readonly string[] | undefined
  /**
   * Makes one upstream call, or reads one on, never more (no retries of its own). Calls `emit` synchronously for each
   * delta, in order, and none after it has settled. Never throws and never rejects: whatever
   * happens is told by the end.
   */
  stream(call: ProviderCall, emit: (delta: ProviderDelta) => void): Promise<ProviderEnd>
  /** Absent where a vendor's answer ends with its connection. */
  readonly background?: Background | undefined
}

/** A model that a request goes to. */
export interface ResolvedModel {
  readonly provider: Provider
  /** As the provider calls it. */
  readonly model: string
  /** Sampling parameters that the configuration sets for it; the request's own go over them. */
  readonly defaults: ChatParams
  /** What is known of the model. Absent: nothing. */
  readonly facts?: () => Promise<ModelFacts>
  /** Where its calls go: another address is another circuit of the breaker. */
  readonly baseUrl?: string | undefined
  /** How long a run may take from when this model is first asked, in ms, whoever it asks then. 0 or absent: unlimited. */
  readonly totalMs?: number | undefined
  /** Asked in this order where it fails before its first delta. They have no fallbacks of their own. */
  readonly fallbacks?: readonly ResolvedModel[]
}

/** The providers of one configuration and environment. */
export interface Providers {
  /** `provider/id` of what is asked when a request names no model. */
  readonly defaultModel: string
  /** Names → the model they mean; undefined is the default. Throws SpeakCodeError `model_not_found` with the nearest names. */
  resolve(name: string | undefined): ResolvedModel
  /** As `resolve`; a name that nobody claims may also be that of a model that an Ollama on this machine lists. */
  find(name: string | undefined): Promise<ResolvedModel>
  /** Every model that the configuration names, as `provider/id`, the default first. */
  list(): readonly { readonly id: string; readonly provider: string }[]
  /** These, and every model that the providers list themselves, with what is known of each. Never rejects. */
  models(): Promise<readonly ModelView[]>
}
