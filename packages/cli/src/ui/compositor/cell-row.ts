/** A row as the cells that it fills on the terminal. */
import { graphemesOf, isPlain, widthOf } from '../../terminal/graphemes.ts'
import { openHyperlink } from '../../terminal/hyperlinks.ts'
import type { StyledRow } from '../../terminal/styled-row.ts'
import type { Painter } from '../../terminal/theme.ts'
import { linked, PLAIN, restyled, styleOf, type TextStyle } from './text-style.ts'

/** Plain spaces at the end are left out. */
export interface CellRow {
  /** One for each column; empty in the second column of a wide one. */
  readonly glyphs: readonly string[]
  readonly styles: readonly TextStyle[]
  /**
   * The first column with a glyph whose width terminals do not agree about: what stands right of it may stand elsewhere.
   */
  readonly unsure: number
}

export const EMPTY_ROW: CellRow = { glyphs: [], styles: [], unsure: Number.POSITIVE_INFINITY }

/** What paints the cells: colours by meaning, and whether links may be opened. */
export interface CellPaint {
  readonly painter: Pick<Painter, 'sgr'>
  readonly links: boolean
}

/** Combining marks take no cell anywhere; other graphemes of several code points (emoji, flags) differ by terminal. */
const AGREED = /^.\p{Mn}*$/su

/** Text with the sequences that Ink leaves in it: SGR and OSC 8. */
const PIECE = new RegExp(
  [
    String.raw`\u{1b}\[(?<sgr>[\d;:]*)m`,
    String.raw`\u{1b}\]8;[^;]*;(?<url>[^\u{7}\u{1b}]*)(?:\u{7}|\u{1b}\\)`,
    String.raw`(?<text>[^\u{1b}]+)`,
  ].join('|'),
  'gu',
)

/** The cells of rows, of which most are those of the frame before. */
export class CellRows {
  readonly #paint: CellPaint
  #last = new Map<string, CellRow>()
  #now = new Map<string, CellRow>()

  constructor(paint: CellPaint) {
    this.#paint = paint
  }

  /** What is not asked for until the next call is forgotten. */
  frameBegins(): void {
    this.#last = this.#now
    this.#now = new Map()
  }

  of(row: StyledRow): CellRow {
    const spans = row.map(({ meaning, text, link }) => ({
      text,
      parameters: this.#paint.painter.sgr(meaning),
      link: this.#paint.links && link !== undefined ? link : '',
    }))
    const key = spans
      .map(({ text, parameters, link }) => `${parameters}\n${link}\n${text}`)
      .join('\n')
    return this.#known(key, (builder) => {
      for (const { text, parameters, link } of spans) {
        builder.add(text, styleOf(parameters, link === '' ? '' : (openHyperlink(link) ?? '')))
      }
    })
  }

  /** Of a row that Ink has painted. */
  ofPainted(painted: string): CellRow {
    return this.#known(`\u001b${painted}`, (builder) => {
      addPainted(builder, painted)
    })
  }

  #known(key: string, build: (builder: RowBuilder) => void): CellRow {
    let row = this.#now.get(key) ?? this.#last.get(key)
    if (row === undefined) {
      const builder = new RowBuilder()
      build(builder)
      row = builder.row()
    }
    this.#now.set(key, row)
    return row
  }
}

function addPainted(builder: RowBuilder, painted: string): void {
  let style = PLAIN
  for (const { groups, 0: whole } of painted.matchAll(PIECE)) {
    if (groups?.['sgr'] !== undefined) style = restyled(style, groups['sgr'])
    else if (groups?.['url'] !== undefined) style = linked(style, groups['url'] === '' ? '' : whole)
    else if (groups?.['text'] !== undefined) builder.add(groups['text'], style)
  }
}

export function sameRow(a: CellRow, b: CellRow): boolean {
  return (
    a === b ||
    (a.glyphs.length === b.glyphs.length &&
      a.glyphs.every(
        (glyph, column) => glyph === b.glyphs[column] && a.styles[column] === b.styles[column],
      ))
  )
}

/** A row that is wider than the terminal, broken into rows that fit; wide glyphs stay whole. */
export function brokenRow(row: CellRow, columns: number): CellRow[] {
  if (row.glyphs.length <= columns) return [row]
  const rows: CellRow[] = []
  for (let start = 0; start < row.glyphs.length;) {
    const end = endOfPart(row, start, columns)
    rows.push(partOf(row, start, end))
    start = end
  }
  return rows
}

/** What of a row fits. */
export function cutRow(row: CellRow, columns: number): CellRow {
  return row.glyphs.length <= columns ? row : partOf(row, 0, endOfPart(row, 0, columns))
}

function endOfPart(row: CellRow, start: number, columns: number): number {
  const end = start + columns
  // A glyph that would be cut in half goes to the next row.
  return row.glyphs[end] === '' && end - 1 > start ? end - 1 : end
}

function partOf({ glyphs, styles, unsure }: CellRow, start: number, end: number): CellRow {
  return {
    glyphs: glyphs.slice(start, end),
    styles: styles.slice(start, end),
    unsure: unsure < start ? 0 : unsure < end ? unsure - start : Number.POSITIVE_INFINITY,
  }
}

class RowBuilder {
  readonly #glyphs: string[] = []
  readonly #styles: TextStyle[] = []
  #unsure = Number.POSITIVE_INFINITY

  add(text: string, style: TextStyle): void {
    if (isPlain(text)) {
      for (const glyph of text) this.#put(glyph, 1, style)
      return
    }
    for (const { segment } of graphemesOf(text)) {
      const width = widthOf(segment)
      if (width === 0) continue
      if (!AGREED.test(segment)) this.#unsure = Math.min(this.#unsure, this.#glyphs.length)
      this.#put(segment, width, style)
    }
  }

  row(): CellRow {
    const glyphs = this.#glyphs
    const styles = this.#styles
    while (glyphs.at(-1) === ' ' && styles.at(-1) === PLAIN) {
      glyphs.pop()
      styles.pop()
    }
    return { glyphs, styles, unsure: this.#unsure }
  }

  #put(glyph: string, width: number, style: TextStyle): void {
    this.#glyphs.push(glyph)
    this.#styles.push(style)
    for (let cell = 1; cell < width; cell++) {
      this.#glyphs.push('')
      this.#styles.push(style)
    }
  }
}
