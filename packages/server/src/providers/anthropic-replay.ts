/**
 * Thinking as Anthropic wants it back. It is signed for the model and for the conversation before it: sent to another
 * model, or after other messages, it is refused, while without it the request is taken. So it is kept with both, and
 * goes back only where they are the same. Pure.
 */
import { z } from 'zod'
import { parseJson } from './json.ts'
import type { Replay } from './provider.ts'

/** The kind of API it belongs to. */
export const REPLAY_KIND = 'anthropic'

const Block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().min(1) }),
  z.object({ type: z.literal('redacted_thinking'), data: z.string().min(1) }),
  /** A piece of the answer between thoughts: so many UTF-16 code units of it. */
  z.object({ type: z.literal('text'), length: z.int().min(0) }),
])
const Kept = z.object({ model: z.string(), prefix: z.string(), blocks: z.array(Block) })

/** A block of an answer, its text left where it is. */
export type KeptBlock = z.infer<typeof Block>

/** What the thinking of an answer is signed for: the model, and a digest of all that came before the answer. */
export interface ThinkingOrigin {
  readonly model: string
  readonly prefix: string
}

/** A block as it is sent. */
export type SentBlock =
  | Exclude<KeptBlock, { type: 'text' }>
  | { readonly type: 'text'; readonly text: string }

/** What is to be kept of an answer's blocks; undefined where there was no thinking, or some of it without its signature. */
export function replayOf(origin: ThinkingOrigin, blocks: readonly KeptBlock[]): Replay | undefined {
  if (blocks.every(({ type }) => type === 'text')) return undefined
  const kept = Kept.safeParse({ ...origin, blocks })
  return kept.success ? { kind: REPLAY_KIND, data: JSON.stringify(kept.data) } : undefined
}

/**
 * The blocks of an answer with its thinking, in their order. Undefined where the thinking is not for this model or
 * conversation, is damaged, or belongs to another text: then the text goes alone.
 */
export function replayedBlocks(
  replay: Replay,
  content: string,
  origin: ThinkingOrigin,
): readonly SentBlock[] | undefined {
  if (replay.kind !== REPLAY_KIND) return undefined
  const kept = Kept.safeParse(parseJson(replay.data))
  if (!kept.success) return undefined
  const { model, prefix, blocks } = kept.data
  if (model !== origin.model || prefix !== origin.prefix) return undefined
  let from = 0
  const sent: SentBlock[] = []
  for (const block of blocks) {
    if (block.type !== 'text') {
      sent.push(block)
      continue
    }
    const text = content.slice(from, from + block.length)
    from += block.length
    // The API refuses a text of white space alone.
    if (text.trim() !== '') sent.push({ type: 'text', text })
  }
  return from === content.length ? sent : undefined
}
