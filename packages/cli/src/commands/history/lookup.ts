/** Which conversation is meant. */
import type { ConversationView } from '@speak-code/protocol'
import { CommandError, UsageError } from '../../errors.ts'
import type { LocalStore } from '../../store/local-store.ts'

/** Lists show so many of an id's last characters. */
const SHOWN = 8

/** An id as lists show it; its end, because the beginnings of ids of one day are alike. */
export function shortId(id: string): string {
  return id.slice(-SHOWN)
}

/**
 * The conversation whose id begins or ends with `part`; without it the latest. Throws CommandError `not_found` where
 * there is none and UsageError where there are several.
 */
export function findConversation(store: LocalStore, part: string | undefined): ConversationView {
  const found =
    part === undefined ? store.conversations({ limit: 1 }) : store.matchingConversations(part)
  const exact = found.find(({ id }) => id.toLowerCase() === part?.toLowerCase())
  const [only] = exact === undefined ? found : [exact]
  if (only === undefined) throw notFound(part)
  if (exact === undefined && found.length > 1) throw ambiguous(part ?? '', found)
  return only
}

function notFound(part: string | undefined): CommandError {
  return part === undefined
    ? new CommandError('not_found', 'There is no conversation yet.', {
        hint: 'Begin one: speak-code ask "…"',
      })
    : new CommandError(
        'not_found',
        `There is no conversation whose id begins or ends with "${part}".`,
        { hint: 'Run `speak-code history list` to see which there are.' },
      )
}

function ambiguous(part: string, found: readonly ConversationView[]): UsageError {
  const lines = found.map(({ id, title }) => `  ${id}  ${title}`)
  return new UsageError(
    `Several conversations have an id that begins or ends with "${part}".`,
    ['They are:', ...lines].join('\n'),
  )
}
