/** Names the message that a search has found, in a conversation that is opened there. Pure. */
import type { LocalMessage } from '../store/local-store.ts'
import type { Line } from './session-events.ts'
import { age } from './wording.ts'

/** Lines of the message that are shown around the hit. */
const BEFORE = 1
const SHOWN = 5

const SPEAKERS = {
  user: 'your question',
  assistant: 'the answer',
  system: 'the system prompt',
} as const

/** Where the hit is, and the lines around it. `now` in milliseconds since 1970. */
export function hitLines(message: LocalMessage, query: string, now: number): Line[] {
  const { role, content, refusal, createdAt } = message
  const lines = (content === '' ? refusal : content).split('\n')
  const first = Math.max(0, likeliest(lines, query) - BEFORE)
  const excerpt = lines.slice(first, first + SHOWN)
  const isCut = first + SHOWN < lines.length
  return [
    { tone: 'strong', text: `Hit in ${SPEAKERS[role]}, ${age(createdAt, now)}:` },
    ...excerpt.map((text): Line => ({ tone: 'plain', text: `  ${text}` })),
    ...(isCut ? [{ tone: 'hint', text: '  …' } as const] : []),
  ]
}

/** The first of the lines that have most words of the query; 0 where none has one. */
function likeliest(lines: readonly string[], query: string): number {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const counts = lines.map((line) => {
    const text = line.toLowerCase()
    return words.filter((word) => text.includes(word)).length
  })
  return counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0))
}
