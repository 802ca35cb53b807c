import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { borderAt, graphemesOf } from '../../terminal/graphemes.ts'
import { layout } from './caret.ts'
import { edit, editorWith, EMPTY_EDITOR, type Editor, type EditorAction } from './editor.ts'

const COLUMNS = 12

const step = (
  type: Exclude<EditorAction['type'], 'insert' | 'paste' | 'replace' | 'up' | 'down'>,
) => fc.constant<EditorAction>({ type })

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
