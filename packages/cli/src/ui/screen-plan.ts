/**
 * How the rows of the live region are shared out. The region must stay lower than the terminal: one that is as high
 * is rewritten whole at each change and copied into the scrollback.
 */

/** Header, status line, the indicator, a notice, attached files, and the row that stays free. */
const FIXED_ROWS = 6

/** Rows of the composer at most; it scrolls inside them. */
export function composerRows(rows: number): number {
  return Math.max(1, Math.floor(rows / 4))
}

/** Rows of the list of completions at most; it scrolls inside them. */
export function menuHeight(rows: number): number {
  return Math.min(8, Math.floor(rows / 3))
}

/** Rows for waiting questions and attached files at most. */
export function waitingRows(rows: number): number {
  return rows < 12 ? Math.max(0, rows - FIXED_ROWS - 2) : Math.max(1, Math.floor(rows / 8))
}

/** Rows for the open end of the answer at most. */
export function tailRows(rows: number): number {
  return Math.max(1, rows - FIXED_ROWS - composerRows(rows) - waitingRows(rows))
}

interface Size {
  readonly columns: number
  readonly rows: number
}

/** How many of the open end's rows are still on the screen, for sure, after the terminal has got another size. */
export function reachableTailRows(before: Size, after: Size): number {
  // A row that became too wide is several.
  const factor = Math.max(1, Math.ceil(before.columns / after.columns))
  const fixed = FIXED_ROWS + composerRows(before.rows) + waitingRows(before.rows)
  return Math.max(1, Math.floor((after.rows - 1) / factor) - fixed)
}
