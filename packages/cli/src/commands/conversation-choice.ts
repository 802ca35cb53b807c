/** Which conversation `-c`, `-r` and an id mean. */
import type { ConversationView } from '@speak-code/protocol'
import { CommandError, UsageError } from '../errors.ts'
import type { LocalStore } from '../store/local-store.ts'

/** Lists show so many of an id's last characters. */
const SHOWN = 8

/** An id as lists show it; its end, because the beginnings of ids of one day are alike. */
export function shortId(id: string): string {
  return id.slice(-SHOWN)
}

/** The conversation that was active last. Throws CommandError `not_found` where there is none. */
export function latestConversation(store: LocalStore): ConversationView {
  const [latest] = store.conversations({ limit: 1 })
  if (latest === undefined) {
    throw new CommandError('not_found', 'There is no conversation yet.', {
      hint: 'Begin one: speak-code ask "…"',
    })
  }
  return latest
}

/**
 * The conversation whose id begins or ends with `part`. Throws CommandError `not_found` where there is none and
 * UsageError where there are several.
 */
export function conversationByPart(store: LocalStore, part: string): ConversationView {
  const found = store.matchingConversations(part)
  const exact = found.find(({ id }) => id.toLowerCase() === part.toLowerCase())
  const [only] = exact === undefined ? found : [exact]
  if (only === undefined) {
    throw new CommandError(
      'not_found',
      `There is no conversation whose id begins or ends with "${part}".`,
      { hint: 'Run `speak-code history list` to see which there are.' },
    )
  }
  if (exact === undefined && found.length > 1) {
    const lines = found.map(({ id, title }) => `  ${id}  ${title}`)
    throw new UsageError(
      `Several conversations have an id that begins or ends with "${part}".`,
      ['They are:', ...lines].join('\n'),
    )
  }
  return only
}

/** By a part of its id; without one the latest. Throws as the two above. */
export function findConversation(store: LocalStore, part: string | undefined): ConversationView {
  return part === undefined ? latestConversation(store) : conversationByPart(store, part)
}
