import { describe, expect, test } from 'vitest'
import { fullText } from './editor.ts'
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

describe('walking through prompts', () => {
  test('goes on from a prompt of several rows, until something else is done', () => {
    const composer = composerWith(['a\nb', 'older'], '')
    const walked = after(composer, previous, previous)
    expect(walked.editor.text).toBe('older')
    const moved = after(composer, previous, { type: 'left' }, previous)
    expect(moved.editor.text).toBe('a\nb')
  })

  test('an earlier prompt that was changed is not lost by walking on', () => {
    const composer = composerWith(['newest', 'older'], '')
    const changed = after(composer, previous, { type: 'insert', text: '!' }, previous)
    expect(changed.editor.text).toBe('older')
    expect(draftOf(changed)).toBe('newest!')
    expect(after(changed, next).editor.text).toBe('newest!')
    const sent = after(changed, { type: 'taken', text: 'older' })
    expect(after(sent, previous, previous).editor.text).toBe('newest')
  })

  test('a paste that is sent comes back folded', () => {
    const pasted = 'line\n'.repeat(500)
    const begin = after(composerWith([], ''), { type: 'paste', text: pasted })
    const again = after(begin, { type: 'taken', text: fullText(begin.editor) }, previous)
    expect(again.editor.text).toBe(begin.editor.text)
    expect(draftOf(begin)).toBe(pasted)
  })
})

test('Ctrl-S over another draft exchanges the two', () => {
  const one = after(composerWith([], 'one'), { type: 'stash' }, { type: 'insert', text: 'two' })
  const swapped = after(one, { type: 'stash' })
  expect(swapped.editor.text).toBe('one')
  expect(swapped.stash).toBe('two')
})

test('Ctrl-S puts the draft away and brings it back', () => {
  const away = after(composerWith([], 'half a thought'), { type: 'stash' })
  expect(away.editor.text).toBe('')
  expect(after(away, { type: 'stash' }).editor.text).toBe('half a thought')
})
