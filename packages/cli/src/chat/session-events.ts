/** What a chat session tells whoever draws it. */
import type { Channel, Cost } from '@speak-code/protocol'
import type { ConnectionStatus } from '../client/client.ts'

/** What a line means; the screen chooses a colour by it. */
type Tone = 'plain' | 'strong' | 'meta' | 'hint' | 'good' | 'warning' | 'error'

export interface Line {
  readonly tone: Tone
  readonly text: string
  /** How it is said where it is read out, if signs in it would not be. */
  readonly spoken?: string
}

/** A question that was typed and is not asked yet. */
export interface WaitingQuestion {
  readonly runId: string
  readonly text: string
  /** `held`: until Enter. `postponed`: the relay said when to come back. */
  readonly state: 'queued' | 'held' | 'postponed'
  /** When it goes out again, in milliseconds since 1970. */
  readonly at?: number
}

/** A message of a conversation that is opened again, and what is to be said below it. */
export type PastMessage = { readonly text: string; readonly lines: readonly Line[] } & (
  | { readonly role: 'user' | 'system' }
  | { readonly role: 'assistant'; readonly reasoning: string; readonly refusal: string }
)

/** Lists that a person can choose from. */
export type Pick = 'conversations' | 'search' | 'models'

export type SessionEvent =
  | { readonly type: 'connection'; readonly status: ConnectionStatus }
  /** What will be asked next, as far as it is known. */
  | { readonly type: 'model'; readonly model: string | undefined }
  /** Another conversation is open now. */
  | {
      readonly type: 'opened'
      readonly conversationId: string
      readonly title: string | undefined
      readonly messages: readonly PastMessage[]
      /** How many messages before these are not told. */
      readonly omitted: number
    }
  | { readonly type: 'question'; readonly text: string }
  /** An answer is awaited; what is told next belongs to it, until `answered`. */
  | { readonly type: 'answering'; readonly runId: string; readonly at: number }
  | { readonly type: 'delta'; readonly delta: string; readonly channel?: Channel }
  | { readonly type: 'answered'; readonly lines: readonly Line[] }
  /** News of the awaited answer, until the next delta; undefined takes it back. */
  | { readonly type: 'notice'; readonly text: string | undefined; readonly until?: number }
  | { readonly type: 'waiting'; readonly questions: readonly WaitingQuestion[] }
  /** Names of files that go with the next question. */
  | { readonly type: 'attachments'; readonly names: readonly string[] }
  /** Tokens of the conversation so far, and what those of known prices cost. */
  | { readonly type: 'tokens'; readonly tokens: number; readonly cost?: Cost }
  /** What the open conversation is called; undefined for one that has no name yet. */
  | { readonly type: 'title'; readonly title: string | undefined }
  /** Messages of another branch of the open conversation, on which it goes on. */
  | { readonly type: 'branch'; readonly messages: readonly PastMessage[] }
  | { readonly type: 'lines'; readonly lines: readonly Line[] }
  /** Text that belongs into the composer. */
  | { readonly type: 'compose'; readonly text: string }
  /** Text for the clipboard. */
  | { readonly type: 'copy'; readonly text: string }
  /** A list to choose from is wanted; `query` is what it begins with. */
  | { readonly type: 'pick'; readonly what: Pick; readonly query: string }
  /** Another theme is wanted; without a name a list of them. */
  | { readonly type: 'theme'; readonly name: string | undefined }
  | { readonly type: 'clearScreen' }
  | { readonly type: 'leave' }

export type SessionListener = (event: SessionEvent) => void
