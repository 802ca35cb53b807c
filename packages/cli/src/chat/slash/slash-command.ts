/** What a slash command is, and what it works with. */
import type { LocalStore } from '../../store/local-store.ts'
import type { ChatSession } from '../chat-session.ts'
import type { Line } from '../session-events.ts'
import type { Attachment, FileText } from '../session-parts.ts'

export interface CommandContext {
  readonly session: ChatSession
  readonly store: LocalStore | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Throws a sentence where it is no text that can be sent. */
  readonly readFile: (path: string) => Promise<Attachment & FileText>
  /** Writes a new file, relative to the working directory. Throws a sentence where it cannot. */
  readonly writeNew: (path: string, text: string) => Promise<'written' | 'exists'>
  /** What `path` can go on as; folders end in a slash. */
  readonly pathsAfter: (path: string) => Promise<readonly string[]>
  /** Names of the themes. */
  readonly themes: readonly string[]
  /** The keys as they are bound, each with what it does, for `/help`. */
  readonly keys: readonly (readonly [string, string])[]
}

/** What an argument can be completed to. */
export interface Candidate {
  /** The whole argument. */
  readonly value: string
  /** What it is, in a word or two. */
  readonly hint?: string
}

export interface SlashCommand {
  /** The name first, then its other names. */
  readonly names: readonly string[]
  /** What may follow it, as `/help` shows it. */
  readonly argument: string
  readonly help: string
  /** Returns what is to be said, or a sentence that says why nothing was done. */
  readonly run: (argument: string, context: CommandContext) => Line[] | Promise<Line[]>
  /** What the argument, typed so far, may become; the most likely first. */
  readonly complete?: (
    argument: string,
    context: CommandContext,
  ) => readonly Candidate[] | Promise<readonly Candidate[]>
}
