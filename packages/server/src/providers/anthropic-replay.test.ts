import { describe, expect, test } from 'vitest'
import { type KeptBlock, REPLAY_KIND, replayedBlocks, replayOf } from './anthropic-replay.ts'

const origin = { model: 'm', prefix: 'p' }
const thought = { type: 'thinking', thinking: 'hm', signature: 's' } as const
const redacted = { type: 'redacted_thinking', data: 'd' } as const
const text = (length: number): KeptBlock => ({ type: 'text', length })

function kept(...blocks: KeptBlock[]) {
  const replay = replayOf(origin, blocks)
  if (replay === undefined) throw new Error('nothing is kept')
  return replay
}

describe('T61 thinking that is sent back', () => {
  test('in its place among the texts', () => {
    const replay = kept(thought, text(2), redacted, text(3))
    expect(replay.kind).toBe(REPLAY_KIND)
    expect(replayedBlocks(replay, 'abcde', origin)).toEqual([
      thought,
      { type: 'text', text: 'ab' },
      redacted,
      { type: 'text', text: 'cde' },
    ])
  })

  test('a text of white space alone stays away', () => {
    expect(replayedBlocks(kept(text(2), thought, text(1)), '\n\na', origin)).toEqual([
      thought,
      { type: 'text', text: 'a' },
    ])
  })

  test('nothing is kept without thinking, or without a signature', () => {
    expect(replayOf(origin, [])).toBeUndefined()
    expect(replayOf(origin, [text(3)])).toBeUndefined()
    expect(replayOf(origin, [{ ...thought, signature: '' }, text(1)])).toBeUndefined()
  })

  test('not to another model, after another conversation, or with another text', () => {
    const replay = kept(thought, text(2))
    expect(replayedBlocks(replay, 'ab', origin)).toHaveLength(2)
    expect(replayedBlocks(replay, 'ab', { ...origin, model: 'other' })).toBeUndefined()
    expect(replayedBlocks(replay, 'ab', { ...origin, prefix: 'other' })).toBeUndefined()
    expect(replayedBlocks(replay, 'abc', origin)).toBeUndefined()
    expect(replayedBlocks({ ...replay, kind: 'google' }, 'ab', origin)).toBeUndefined()
  })

  test.each(['', '{', '[]', '{"model":"m","prefix":"p","blocks":[{"type":"tool_use"}]}'])(
    'damaged: %s',
    (data) => {
      expect(replayedBlocks({ kind: REPLAY_KIND, data }, 'ab', origin)).toBeUndefined()
    },
  )
})
