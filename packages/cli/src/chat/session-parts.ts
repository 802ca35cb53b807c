/** What a chat session works with. */
import type { ChatParams } from '@speak-code/protocol'
import type { ChatClient } from '../client/client.ts'
import type { Clock } from '../client/clock.ts'
import type { LocalStore } from '../store/local-store.ts'
import type { Attachment } from '../store/outgoing-chat.ts'

export type { Attachment } from '../store/outgoing-chat.ts'

/** A file that was read. */
export interface FileText {
  readonly name: string
  readonly text: string
}

/** The files of a question that is sent. */
export interface QuestionFiles {
  /** Those that were attached to it; they come back with it when it is taken back. */
  readonly attached: readonly Attachment[]
  /** What they say, and after them what the files say that its text names. */
  readonly texts: readonly FileText[]
}

export const NO_FILES: QuestionFiles = { attached: [], texts: [] }

export interface SessionParts {
  readonly client: ChatClient
  /** Absent where there is no history to read. */
  readonly store: LocalStore | undefined
  /** false: `--no-save`. */
  readonly save: boolean
  readonly clock: Clock
  /** A new UUID. */
  readonly newId: () => string
  readonly params: ChatParams | undefined
  /** The slug of the exercise that is worked on. */
  readonly exercise: string | undefined
  /** A configured system prompt begins conversations; one that was given explicitly goes with the first question asked. */
  readonly system: { readonly text: string; readonly explicit: boolean } | undefined
  /** An answer that takes longer is stopped. */
  readonly timeoutMs: number | undefined
  /** Which model to ask, undefined for the relay's own choice. `conversation`: what an opened conversation was asked with. */
  readonly chooseModel: (conversation: string | undefined) => string | undefined
  /** An answer comes from this model (`provider/id`); `chosen`: it was asked for by name. */
  readonly onModel: (name: string, chosen: boolean) => void
  /** The question's text with its files. */
  readonly assemble: (typed: string, files: readonly FileText[]) => string
  /** Reads a conversation from the relay into the store. Resolves to whether there was one. */
  readonly refresh: (conversationId: string) => Promise<boolean>
}
