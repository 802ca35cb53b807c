import { describe, expect, test } from 'vitest'
import {
  compose,
  composerWith,
  draftOf,
  type Composer,
  type ComposerAction,
} from './composer-state.ts'

const columns = 20
const previous = { type: 'previous', columns } as const
const next = { type: 'next', columns } as const
const after = (composer: Composer, ...actions: ComposerAction[]): Composer =>
  actions.reduce((state, action) => compose(state, action), composer)

describe('earlier prompts', () => {
  const composer = composerWith(['newest', 'older'], 'my draft')

  test('↑ walks back, ↓ comes back to the draft', () => {
    expect(after(composer, previous).editor.text).toBe('newest')
    expect(after(composer, previous, previous).editor.text).toBe('older')
    expect(after(composer, previous, previous, previous).editor.text).toBe('older')
    expect(after(composer, previous, previous, next, next).editor.text).toBe('my draft')
  })

  test('looking at an earlier prompt does not lose the draft', () => {
    expect(draftOf(after(composer, previous))).toBe('my draft')
    expect(draftOf(after(composer, previous, { type: 'insert', text: '!' }))).toBe('newest!')
  })

  test('in a text of several rows ↑ moves by a row first', () => {
    const two = composerWith(['newest'], 'first\nsecond')
    const up = after(two, previous)
    expect(up.editor.text).toBe('first\nsecond')
    expect(after(up, previous).editor.text).toBe('newest')
  })

  test('what is sent becomes the newest prompt, once', () => {
    const sent = after(
      composer,
      { type: 'taken', text: 'question' },
      { type: 'taken', text: 'question' },
    )
    expect(sent.prompts).toEqual(['question', 'newest', 'older'])
    expect(sent.editor.text).toBe('')
  })
})

test('Ctrl-S puts the draft away and brings it back', () => {
  const away = after(composerWith([], 'half a thought'), { type: 'stash' })
  expect(away.editor.text).toBe('')
  expect(after(away, { type: 'stash' }).editor.text).toBe('half a thought')
})
