import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { borderAt, graphemesOf } from '../../terminal/graphemes.ts'
import { layout } from './caret.ts'
import { foldsIn } from './folds.ts'
import {
  edit,
  editorWith,
  EMPTY_EDITOR,
  fullText,
  type Editor,
  type EditorAction,
  type SimpleEdit,
} from './editor.ts'

const COLUMNS = 12
/** Folded where it is pasted. */
const LONG = 'a line\n'.repeat(12)

const step = (type: SimpleEdit) => fc.constant<EditorAction>({ type })

const text = fc.oneof(
  fc.string({ unit: 'grapheme-composite', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '\n',
    ' ',
    'e\u0301',
    '\u0301',
    '👩‍👩‍👧',
    '🇩🇪',
    '日本語',
    '\t',
    LONG,
    'two words\nand a line',
  ),
)

const action: fc.Arbitrary<EditorAction> = fc.oneof(
  text.map((typed): EditorAction => ({ type: 'insert', text: typed })),
  text.map((pasted): EditorAction => ({ type: 'paste', text: pasted })),
  fc.constantFrom<EditorAction>(
    { type: 'up', columns: COLUMNS },
    { type: 'down', columns: COLUMNS },
  ),
  { weight: 5, arbitrary: fc.constant<EditorAction>({ type: 'paste', text: LONG }) },
  step('left'),
  step('right'),
  step('wordLeft'),
  step('wordRight'),
  step('lineStart'),
  step('lineEnd'),
  step('backspace'),
  step('delete'),
  step('killToEnd'),
  step('killToStart'),
  step('killWord'),
  step('killWordBefore'),
  step('killChunkBefore'),
  step('yank'),
  step('yankPop'),
  step('upperCase'),
  step('lowerCase'),
  step('capitalize'),
  step('transposeWords'),
  step('textStart'),
  step('textEnd'),
  step('unfold'),
  step('select'),
)

const after = (editor: Editor, ...actions: EditorAction[]): Editor =>
  actions.reduce((state, next) => edit(state, next), editor)

function isBorder(whole: string, offset: number): boolean {
  const borders = new Set([0, whole.length])
  for (const line of graphemesOf(whole)) borders.add(line.index)
  return borders.has(offset)
}

describe('the editor, whatever is typed', () => {
  test('the cursor stays in the text, at a grapheme border', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        let editor = EMPTY_EDITOR
        for (const next of actions) {
          editor = edit(editor, next)
          expect(editor.cursor).toBeGreaterThanOrEqual(0)
          expect(editor.cursor).toBeLessThanOrEqual(editor.text.length)
          expect(isBorder(editor.text, editor.cursor)).toBe(true)
        }
      }),
    )
  })

  test('undo returns to where it began', () => {
    fc.assert(
      fc.property(text, fc.array(action, { maxLength: 60 }), (begin, actions) => {
        const start = editorWith(begin)
        let editor = after(start, ...actions)
        while (editor.undos.length > 0) editor = edit(editor, { type: 'undo' })
        expect(editor.text).toBe(start.text)
      }),
    )
  })

  test('redo inverts undo, however far back', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), fc.nat(40), (actions, steps) => {
        const done = after(EMPTY_EDITOR, ...actions)
        const back = Math.min(steps, done.undos.length)
        const times = Array.from({ length: back })
        const undone = times.reduce<Editor>((state) => edit(state, { type: 'undo' }), done)
        const again = times.reduce<Editor>((state) => edit(state, { type: 'redo' }), undone)
        expect(again.text).toBe(done.text)
      }),
    )
  })

  test('a folded paste is never split, and what is written is what was typed and pasted', () => {
    let folded = 0
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const editor = after(EMPTY_EDITOR, ...actions, { type: 'paste', text: LONG })
        folded += foldsIn(editor.text, editor.pastes).length
        expect(fullText(editor)).toContain(LONG)
        expect(fullText(editor)).not.toMatch(/\uFDD0/)
      }),
    )
    expect(folded).toBeGreaterThan(120)
  })

  test('rows lie side by side, lose nothing, and fit', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
        const { text: whole } = after(EMPTY_EDITOR, ...actions)
        const rows = layout(whole, COLUMNS)
        const joined = rows.map((row, index) => {
          const next = rows[index + 1]
          const newline = next !== undefined && next.start > row.end ? '\n' : ''
          return whole.slice(row.start, row.end) + newline
        })
        expect(joined.join('')).toBe(whole)
        for (const row of rows) expect(borderAt(whole, row.start)).toBe(row.start)
      }),
    )
  })
})

describe('the editor’s keys', () => {
  test('a wide emoji goes with one backspace', () => {
    expect(edit(editorWith('a👩‍👩‍👧'), { type: 'backspace' }).text).toBe('a')
  })

  test('Ctrl-W takes the word with its punctuation, Alt-Backspace only the word', () => {
    expect(edit(editorWith('see src/a-b.ts'), { type: 'killChunkBefore' }).text).toBe('see ')
    expect(edit(editorWith('see src/a-b.ts'), { type: 'killWordBefore' }).text).toBe('see src/a-b.')
  })

  test('cuts that follow each other come back in one piece', () => {
    const cut = after(
      editorWith('one two three'),
      { type: 'killChunkBefore' },
      { type: 'killChunkBefore' },
    )
    expect(cut.text).toBe('one ')
    expect(edit(cut, { type: 'yank' }).text).toBe('one two three')
  })

  test('Ctrl-K takes the rest of the line, then the newline', () => {
    const begin = { ...editorWith('ab\ncd'), cursor: 1 }
    const once = edit(begin, { type: 'killToEnd' })
    expect(once.text).toBe('a\ncd')
    expect(edit(once, { type: 'killToEnd' }).text).toBe('acd')
  })

  test('undo takes back a word at a time', () => {
    const editor = Array.from('hi you').reduce(
      (state, letter) => edit(state, { type: 'insert', text: letter }),
      EMPTY_EDITOR,
    )
    const once = edit(editor, { type: 'undo' })
    expect(once.text).toBe('hi')
    expect(edit(once, { type: 'undo' }).text).toBe('')
  })

  test('vertical motion keeps its column over a shorter row', () => {
    const begin = { ...editorWith('abcdef\nxy\nabcdef'), cursor: 5 }
    const down = { type: 'down', columns: COLUMNS } as const
    expect(after(begin, down).cursor).toBe(9)
    expect(after(begin, down, down).cursor).toBe(15)
  })

  test('a paste keeps its lines and loses its control characters', () => {
    const editor = edit(EMPTY_EDITOR, { type: 'paste', text: 'a\r\nb\rc\u001b[31md\u0007' })
    expect(editor.text).toBe('a\nb\nc[31md')
  })
})

describe('the kill ring', () => {
  const cutTwice = after(
    editorWith('one two'),
    { type: 'killWordBefore' },
    { type: 'left' },
    { type: 'killToStart' },
  )

  test('Alt-Y right after Ctrl-Y goes back through the cuts, round and round', () => {
    expect(cutTwice.kills).toEqual(['one', 'two'])
    const yanked = edit(cutTwice, { type: 'yank' })
    expect(yanked.text).toBe('one ')
    const popped = edit(yanked, { type: 'yankPop' })
    expect(popped.text).toBe('two ')
    expect(edit(popped, { type: 'yankPop' }).text).toBe('one ')
  })

  test('Alt-Y after anything else does nothing', () => {
    const moved = after(cutTwice, { type: 'yank' }, { type: 'left' })
    expect(edit(moved, { type: 'yankPop' })).toBe(moved)
  })

  test('twenty cuts are kept', () => {
    const cuts = Array.from({ length: 30 }, (_, index): EditorAction[] => [
      { type: 'insert', text: `cut${index}` },
      { type: 'killToStart' },
    ]).flat()
    const { kills } = after(EMPTY_EDITOR, ...cuts)
    expect(kills).toHaveLength(20)
    expect(kills[0]).toBe('cut29')
  })
})

describe('words', () => {
  test('Alt-U, Alt-L, Alt-C change the word after the cursor and go behind it', () => {
    const begin = edit(editorWith('straße eins'), { type: 'textStart' })
    expect(edit(begin, { type: 'upperCase' })).toMatchObject({ text: 'STRASSE eins', cursor: 7 })
    const both = after(begin, { type: 'capitalize' }, { type: 'upperCase' })
    expect(both.text).toBe('Straße EINS')
    expect(edit(edit(both, { type: 'textStart' }), { type: 'lowerCase' }).text).toBe('straße EINS')
  })

  test('Alt-T exchanges the words around the cursor', () => {
    expect(edit(editorWith('one, two'), { type: 'transposeWords' }).text).toBe('two, one')
    expect(edit(editorWith('one'), { type: 'transposeWords' }).text).toBe('one')
  })
})

describe('a folded paste', () => {
  const begin = after(EMPTY_EDITOR, { type: 'insert', text: 'see ' }, { type: 'paste', text: LONG })

  test('is one grapheme for motion and delete', () => {
    expect(edit(begin, { type: 'left' }).cursor).toBe(4)
    expect(edit(begin, { type: 'backspace' }).text).toBe('see ')
    expect(edit(begin, { type: 'killWordBefore' }).text).toBe('see ')
  })

  test('comes back by undo and by yank', () => {
    const gone = edit(begin, { type: 'backspace' })
    expect(fullText(edit(gone, { type: 'undo' }))).toBe(`see ${LONG}`)
    const cut = after(begin, { type: 'killWordBefore' }, { type: 'yank' }, { type: 'yank' })
    expect(fullText(cut)).toBe(`see ${LONG}${LONG}`)
  })

  test('is shown whole by unfolding, and folded again where it is brought back', () => {
    const shown = edit(begin, { type: 'unfold' })
    expect(shown.text).toBe(`see ${LONG}`)
    expect(editorWith(fullText(shown), shown).text).toBe(begin.text)
  })

  test('the next row is a row of the screen, not of what was pasted', () => {
    const rows = after(begin, { type: 'insert', text: '\nend' })
    const up = edit(rows, { type: 'up', columns: 40 })
    expect(up.text.slice(0, up.cursor)).toBe('see')
  })
})

describe('a selected text', () => {
  const selected = edit(editorWith('/nonsense'), { type: 'select' })

  test('is replaced by what is typed or pasted, and undo brings it back', () => {
    const typed = after(selected, { type: 'insert', text: 'h' }, { type: 'insert', text: 'i' })
    expect(typed.text).toBe('hi')
    expect(edit(selected, { type: 'paste', text: 'x' }).text).toBe('x')
    const back = after(typed, { type: 'undo' }, { type: 'undo' })
    expect(back.text).toBe('/nonsense')
  })

  test('is edited by any other key', () => {
    const edited = after(selected, { type: 'backspace' }, { type: 'insert', text: '!' })
    expect(edited.text).toBe('/nonsens!')
  })
})
