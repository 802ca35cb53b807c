/** The picker as it is drawn. A pure function, so that a test can read the screen. */
import { age } from '../../chat/wording.ts'
import { graphemesOf, widthOf } from '../../terminal/graphemes.ts'
import { harmless } from '../../terminal/harmless.ts'
import { fitted, row, type Span, type StyledRow } from '../../terminal/styled-row.ts'
import type { Meaning } from '../../terminal/theme.ts'
import { truncate } from '../../terminal/wrap.ts'
import { PROMPT } from '../transcript-rows.ts'
import { firstSeen } from './list-window.ts'
import type { Glance, Picker, PickerItem, PickerWords } from './picker-state.ts'

/** Header, title, query, hints, two rows of the answer and the row that stays free. */
const OTHER_ROWS = 7
/** With fewer rows an item has one. */
const ROWS_FOR_SNIPPETS = 16
/** With fewer columns the details stand in the second row. */
const WIDE = 72
/** A longer list is harder to take in. */
const MOST_ROWS = 24
/** What a title has at least in a wide row. */
const TITLE_COLUMNS = 30
const INDENT = '    '
const SELECTED = '▸ '
const GAP = 2

interface Extent {
  readonly columns: number
  readonly rows: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/** How many items the screen has room for: one at least. */
export function itemsThatFit(words: PickerWords, extent: Omit<Extent, 'now'>): number {
  const room = Math.min(MOST_ROWS, extent.rows - OTHER_ROWS - hintLines(words, extent).length + 1)
  return Math.max(1, Math.floor(room / rowsOfItem(words, extent)))
}

/** Rows in place of the composer and the status line, and where the caret stands in them. */
export function pickerRows(
  picker: Picker,
  extent: Extent,
): { rows: StyledRow[]; cursor: { x: number; y: number } } {
  const { columns, rows } = extent
  const fits = itemsThatFit(picker.words, extent)
  const first = firstSeen(picker.first, picker.selected, fits, picker.items.length)
  const items = picker.items
    .slice(first, first + fits)
    .flatMap((item, index) => itemRows(item, picker, first + index === picker.selected, extent))
  const query = lineRow(picker, columns)
  // A terminal of a few rows has no room for the words around the list.
  const title = rows >= 6 ? [titleRow(picker, columns)] : []
  const hints = rows >= 5 ? hintRows(picker, extent) : []
  const list = items.length > 0 || rows < 7 ? items : emptyRows(picker)
  return {
    rows: [...title, query.row, ...list, ...hints].map((spans) => fitted(spans, columns)),
    cursor: { x: query.x, y: title.length },
  }
}

function rowsOfItem({ rows: wanted }: PickerWords, { columns, rows }: Omit<Extent, 'now'>): number {
  if (rows < ROWS_FOR_SNIPPETS) return 1
  return columns >= WIDE ? wanted.wide : wanted.narrow
}

function titleRow(picker: Picker, columns: number): StyledRow {
  const { words, items, selected, more, note, task } = picker
  const total = `${items.length.toLocaleString('en')}${more ? '+' : ''}`
  const place = items.length === 0 ? '' : `${(selected + 1).toLocaleString('en')} of ${total}`
  return apart(
    [{ meaning: 'strong', text: task?.type === 'rename' ? 'Another title' : words.title }],
    [{ meaning: note === undefined ? 'hint' : 'warning', text: oneLine(note ?? place) }],
    columns,
  )
}

/** The line that is written in: what is looked for, or the title that is given. */
function lineRow(
  { query: typed, words, task }: Picker,
  columns: number,
): { row: StyledRow; x: number } {
  const prompt: Span = { meaning: 'prompt', text: PROMPT }
  const query = task?.type === 'rename' ? task.title : typed
  if (query.text === '') {
    const placeholder = task?.type === 'rename' ? 'type its title' : words.placeholder
    return { row: [prompt, { meaning: 'hint', text: placeholder }], x: 0 }
  }
  const room = Math.max(1, columns - PROMPT.length - 1)
  // The end of a long query is seen: the caret is mostly there.
  let from = 0
  for (const { segment, index } of graphemesOf(query.text)) {
    if (widthOf(query.text.slice(from, query.cursor)) <= room) break
    from = index + segment.length
  }
  return {
    row: [prompt, { meaning: 'plain', text: query.text.slice(from) }],
    x: widthOf(query.text.slice(from, query.cursor)),
  }
}

function itemRows(
  item: PickerItem,
  { words, glances }: Picker,
  selected: boolean,
  extent: Extent,
): StyledRow[] {
  const { columns, now } = extent
  const { at, details = [], snippet = '' }: Glance = item.glance ?? glances.get(item.key) ?? {}
  const rows = rowsOfItem(words, extent)
  const isAside = columns >= WIDE || rows === 1
  const ages = at === undefined ? [] : [age(new Date(at).toISOString(), now)]
  const marks = item.current === true ? ['current'] : []
  const aside = asideOf(marks, isAside ? details : [], ages, asideRoom(columns))
  const title: StyledRow = [
    { meaning: 'prompt', text: selected ? SELECTED : ' '.repeat(SELECTED.length) },
    ...titleSpans(item, selected),
  ]
  const head = apart(title, row('hint', oneLine(aside)), columns)
  const line = row('hint', INDENT + details.map(oneLine).join(' · '))
  const text = snippetSpans(snippet)
  if (isAside) return rows === 1 ? [head] : [head, [{ meaning: 'hint', text: INDENT }, ...text]]
  if (rows === 3) return [head, line, [{ meaning: 'hint', text: INDENT }, ...text]]
  return [head, text.length === 0 ? line : [...line, { meaning: 'hint', text: ' · ' }, ...text]]
}

/** A title keeps half of a narrow row, and enough to be read of a wide one. */
function asideRoom(columns: number): number {
  return Math.max(Math.floor(columns / 2), columns - TITLE_COLUMNS)
}

/** As many of the details as there is room for between marks and age. */
function asideOf(
  marks: readonly string[],
  details: readonly string[],
  ages: readonly string[],
  room: number,
): string {
  const line = [...marks, ...details, ...ages].join(' · ')
  if (details.length === 0 || widthOf(line) <= room) return line
  return asideOf(marks, details.slice(0, -1), ages, room)
}

/** The title with what matches in it made to stand out. */
function titleSpans({ title, marks = [] }: PickerItem, selected: boolean): StyledRow {
  const base: Meaning = selected ? 'strong' : 'plain'
  if (title.trim() === '') return row('hint', 'without a title')
  const marked = new Set(marks)
  const spans: { meaning: Meaning; text: string }[] = []
  for (const { segment, index } of graphemesOf(title)) {
    const meaning = marked.has(index) ? 'prompt' : base
    const last = spans.at(-1)
    if (last?.meaning === meaning) last.text += segment
    else spans.push({ meaning, text: segment })
  }
  return spans.map(({ meaning, text }) => ({ meaning, text: oneLine(text) }))
}

/** Every second part stands between the marks of a match. */
function snippetSpans(snippet: string): StyledRow {
  return oneLine(snippet)
    .split(/[«»]/)
    .map((text, index): Span => ({ meaning: index % 2 === 1 ? 'strong' : 'hint', text }))
    .filter(({ text }) => text !== '')
}

/** `left` and `right` at the two edges; `left` is cut where both have no room, and `right` goes where little is left. */
function apart(left: StyledRow, right: StyledRow, columns: number): StyledRow {
  const wanted = right.reduce((sum, { text }) => sum + widthOf(text), 0)
  const most = asideRoom(columns)
  const shown = wanted <= most ? right : fitted(right, most)
  const width = shown.reduce((sum, { text }) => sum + widthOf(text), 0)
  if (width === 0) return fitted(left, columns)
  const kept = fitted(left, columns - width - GAP)
  const used = kept.reduce((sum, { text }) => sum + widthOf(text), 0)
  return [...kept, { meaning: 'plain', text: ' '.repeat(columns - width - used) }, ...shown]
}

function emptyRows({ note, words, query }: Picker): StyledRow[] {
  return note === undefined && query.text !== '' ? [row('hint', `  ${words.empty}`)] : []
}

/** What keys do at the moment. */
function hintRows({ words, task }: Picker, extent: Omit<Extent, 'now'>): StyledRow[] {
  const { columns } = extent
  if (task === undefined) return hintLines(words, extent).map((line) => row('hint', `  ${line}`))
  if (task.type === 'rename') {
    return [row('hint', `  ${hintsThatFit(['Enter renames', 'Esc back'], 2, columns)}`)]
  }
  const asked = ['Ctrl-X again deletes it for good', 'here and at the relay', 'Esc keeps it']
  return [row('warning', `  ${task.begun ? 'Deleting …' : hintsThatFit(asked, 1, columns)}`)]
}

/** On a narrow terminal with room below, what has no place in the first line stands in a second. */
function hintLines(words: PickerWords, { columns, rows }: Omit<Extent, 'now'>): string[] {
  const [first = '', ...rest] = words.hints
  const line = hintsThatFit([first, 'Esc back', ...rest, '↑↓ PgUp PgDn'], 2, columns)
  const left = rest.filter((hint) => !line.includes(hint))
  if (left.length === 0 || rows < ROWS_FOR_SNIPPETS) return [line]
  return [line, hintsThatFit(left, 1, columns)]
}

/** As many hints as there is room for; the first `least` are always among them. */
function hintsThatFit(hints: readonly string[], least: number, columns: number): string {
  const all = [...hints]
  while (all.length > least && widthOf(all.join(' · ')) > columns - GAP) all.pop()
  return truncate(all.join(' · '), columns - GAP)
}

function oneLine(text: string): string {
  return harmless(text.replaceAll(/\s+/g, ' '))
}
