/** The lists that a screen would let a person choose from, as lines to read and a command to go on with. */
import type { ModelView } from '@speak-code/protocol'
import type { Line, Pick } from '../../chat/session-events.ts'
import { age, shortId } from '../../chat/wording.ts'
import type { LocalStore } from '../../store/local-store.ts'

/** More would not be listened to. */
const MOST = 10

export interface SpokenListsParts {
  readonly store: LocalStore | undefined
  /** Asks the relay. */
  readonly models: () => Promise<readonly ModelView[]>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The list that is wanted; throws what the relay's answer throws. */
export async function spokenList(
  what: Pick,
  query: string,
  { store, models, now }: SpokenListsParts,
): Promise<Line[]> {
  if (what === 'models') return modelLines(await models(), query)
  if (store === undefined) return [{ tone: 'error', text: 'There is no history to look into.' }]
  return query === '' ? conversationLines(what, store, now()) : hitLines(store, query)
}

function conversationLines(what: Pick, store: LocalStore, now: number): Line[] {
  if (what === 'search') return [hint('/search WORDS finds them in all conversations.')]
  const found = store.conversations({ limit: MOST })
  if (found.length === 0) return [hint('There are no conversations yet.')]
  return [
    ...found.map(({ id, title, messageCount, updatedAt }) =>
      plain(`${shortId(id)}: ${title}, ${messageCount} messages, ${age(updatedAt, now)}`),
    ),
    hint('/resume and the first word of a line opens that conversation.'),
  ]
}

function hitLines(store: LocalStore, query: string): Line[] {
  const hits = store.search(query, MOST)
  if (hits.length === 0) return [hint(`Nothing is found for “${query}”.`)]
  return [
    ...hits.map(({ conversationId, title, snippet }) =>
      plain(`${shortId(conversationId)}: ${title}. ${snippet.replaceAll(/\s+/g, ' ').trim()}`),
    ),
    hint('/resume and the first word of a line opens that conversation.'),
  ]
}

function modelLines(all: readonly ModelView[], query: string): Line[] {
  const found = all.filter(({ id }) => id.toLowerCase().includes(query.toLowerCase()))
  if (found.length === 0)
    return [hint('No model is found; /model NAME asks one that is not listed.')]
  return [...found.map(({ id }) => plain(id)), hint('/model NAME asks one of them from now on.')]
}

function plain(text: string): Line {
  return { tone: 'plain', text }
}

function hint(text: string): Line {
  return { tone: 'hint', text }
}
