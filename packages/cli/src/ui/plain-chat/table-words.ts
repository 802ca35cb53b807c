/** A table as words: each cell with the name of its column. */
import { inlineWords } from './inline-words.ts'

const DELIMITER = /^\s*\|?(?:\s*:?-+:?\s*\|)+\s*(?::?-+:?\s*)?$/

export function isTableRow(line: string): boolean {
  return /^\s*\|.*\|\s*$/.test(line)
}

export class TableWords {
  /** A row that begins a table if a delimiter follows it. */
  #candidate: string | undefined
  #header: readonly string[] | undefined

  /** Whether the next line may belong to it. */
  get isOpen(): boolean {
    return this.#candidate !== undefined || this.#header !== undefined
  }

  /** Takes a line. Returns what can be said. A line that is no row ends the table and is not said. */
  row(line: string): string[] {
    if (!isTableRow(line)) return this.end()
    if (this.#header !== undefined) return [rowWords(line, this.#header)]
    if (this.#candidate === undefined) {
      this.#candidate = line
      return []
    }
    if (!DELIMITER.test(line)) return [...this.end(), ...this.row(line)]
    this.#header = cellsOf(this.#candidate)
    this.#candidate = undefined
    return [`Table, ${this.#header.length} columns: ${this.#header.join(', ')}.`]
  }

  /** Nothing more belongs to it. */
  end(): string[] {
    const rest = this.#candidate === undefined ? [] : [inlineWords(this.#candidate)]
    const said = this.#header === undefined ? rest : ['End of table.']
    this.#candidate = undefined
    this.#header = undefined
    return said
  }
}

function rowWords(line: string, header: readonly string[]): string {
  return cellsOf(line)
    .map((cell, at) => {
      const name = header[at] ?? ''
      return name === '' ? cell : `${name}: ${cell}`
    })
    .join('; ')
}

/** The cells of a row; a bar after a backslash is part of a cell. */
function cellsOf(line: string): string[] {
  return line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => inlineWords(cell.trim().replaceAll('\\|', '|')))
}
