/** PROTOCOL.md as data: its frames with their tables and examples, its other tables, its dialogues and rules. */

type Row = Readonly<Record<string, string>>

export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
  /** The contents of its fenced blocks, by language. */
  readonly blocks: readonly { readonly language: string; readonly text: string }[]
}

/** Cuts the text at its headings of any level. */
export function sectionsOf(markdown: string): Section[] {
  return markdown
    .split(/^#+ /m)
    .slice(1)
    .map((text) => {
      const blocks = [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map((match) => ({
        language: match[1] ?? '',
        text: match[2] ?? '',
      }))
      return { title: text.slice(0, text.indexOf('\n')).trim(), rows: rowsOf(text), blocks }
    })
}

/** The rows of a text's tables, keyed by their header's words. */
function rowsOf(text: string): Row[] {
  const rows: Row[] = []
  let header: string[] | undefined
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) {
      header = undefined
      continue
    }
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (header === undefined) header = cells
    else if (!cells.every((cell) => /^-+$/.test(cell))) {
      rows.push(Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])))
    }
  }
  return rows
}

/** What stands between the backticks of a cell, else the cell itself. */
export function plain(cell: string | undefined): string {
  return (cell ?? '').replace(/^`(.*)`$/, '$1')
}

/** `→ {…}` and `← {…}` lines. */
export function dialogueOf(block: string): { readonly from: 'client' | 'relay'; text: string }[] {
  return block
    .trimEnd()
    .split('\n')
    .map((line) => ({ from: line.startsWith('→ ') ? 'client' : 'relay', text: line.slice(2) }))
}
