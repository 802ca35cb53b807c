/** Which conversation `-c`, `-r` and an id mean. */
import type { ConversationView } from '@speak-code/protocol'
import { CommandError } from '../errors.ts'
import type { LocalStore } from '../store/local-store.ts'

/** The conversation that was active last. Throws CommandError `not_found` where there is none. */
export function latestConversation(store: LocalStore): ConversationView {
  const [latest] = store.conversations({ limit: 1 })
  if (latest === undefined) {
    throw new CommandError('not_found', 'There is no conversation to go on with.', {
      hint: 'Begin one: speak-code ask "…"',
    })
  }
  return latest
}

/**
 * The conversation whose id begins or ends with `part`. Throws CommandError `not_found` where that is none or several.
 */
export function conversationByPart(store: LocalStore, part: string): ConversationView {
  const found = store.matchingConversations(part)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  throw new CommandError(
    'not_found',
    found.length === 0
      ? `There is no conversation whose id begins or ends with "${part}".`
      : `Several conversations have an id that begins or ends with "${part}".`,
    {
      hint:
        found.length === 0
          ? 'Run `speak-code history list` to see which there are.'
          : `They end with ${found.map(({ id }) => id.slice(-8)).join(', ')}.`,
    },
  )
}
