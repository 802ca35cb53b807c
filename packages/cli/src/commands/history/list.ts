/** `history list` and `history search`. */
import type { ConversationView } from '@speak-code/protocol'
import { CommandError } from '../../errors.ts'
import { ExitCode } from '../../exit-code.ts'
import type { SearchHit } from '../../store/local-store.ts'
import { harmless } from '../../terminal/harmless.ts'
import { columnsOf, type HistoryDeps, type Json, print, printJson } from './deps.ts'
import { shortId } from '../conversation-choice.ts'
import { shortTime } from './short-time.ts'
import { alignedTable } from './table.ts'

/** A person at a terminal sees so many at first; a pipe gets all. */
const SCREENFUL = 50
const DEFAULT_HITS = 20
/** More than there can be. */
const ALL = 1_000_000_000

export interface ListOptions extends Json {
  /** 0: all. */
  readonly limit?: number
}

const HEADINGS = ['ID', 'ACTIVE', 'MESSAGES', 'MODEL', 'TITLE'] as const

/** Prints the conversations, the latest first. */
export async function runList(options: ListOptions, deps: HistoryDeps): Promise<number> {
  const store = await deps.store()
  const shown = options.limit ?? (deps.stdout.isTTY === true && !options.json ? SCREENFUL : 0)
  const found = store.conversations(shown === 0 ? {} : { limit: shown + 1 })
  const conversations = shown === 0 ? found : found.slice(0, shown)
  if (options.json) printJson(deps, conversations)
  else if (conversations.length === 0) deps.note('There is no conversation yet.')
  else print(deps, tableOf(conversations, deps))
  if (found.length > conversations.length) {
    deps.note(`These are the latest ${shown}; --limit 0 shows all.`)
  }
  return ExitCode.ok
}

/** Prints the messages that have all words of the query. Throws CommandError `not_found` where there is none. */
export async function runSearch(
  options: ListOptions & { readonly query: string },
  deps: HistoryDeps,
): Promise<number> {
  const { query, limit = DEFAULT_HITS } = options
  const wanted = limit === 0 ? ALL : limit
  const hits = (await deps.store()).search(query, wanted)
  if (options.json) printJson(deps, hits)
  else print(deps, hits.map((hit) => textOf(hit)).join('\n'))
  if (hits.length === 0) {
    throw new CommandError('not_found', `Nothing in the history matches "${query}".`)
  }
  if (hits.length === wanted) {
    deps.note(`These are the first ${wanted}; --limit N shows more, --limit 0 all.`)
  }
  return ExitCode.ok
}

function tableOf(conversations: readonly ConversationView[], deps: HistoryDeps): string {
  const now = Date.now()
  // What the terminal will show is what has to be measured.
  const shown = deps.stdout.isTTY === true ? harmless : (text: string): string => text
  const rows = conversations.map((conversation) => [
    shortId(conversation.id),
    shortTime(conversation.lastMessageAt ?? conversation.createdAt, now),
    String(conversation.messageCount),
    shown(conversation.model ?? '-'),
    shown(conversation.title),
  ])
  return alignedTable([HEADINGS, ...rows], columnsOf(deps))
}

const SPEAKERS = { user: 'you', assistant: 'answer', system: 'system' } as const

function textOf({ conversationId, title, role, snippet, createdAt }: SearchHit): string {
  const place = [shortId(conversationId), shortTime(createdAt, Date.now()), SPEAKERS[role], title]
  return `${place.join('  ')}\n    ${snippet}\n`
}
