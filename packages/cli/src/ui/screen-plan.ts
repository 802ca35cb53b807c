/**
 * How the rows of the live region are shared out. The region must stay lower than the terminal: one that is as high
 * is rewritten whole at each change and copied into the scrollback.
 */

/** Header, status line, a blank row, the indicator, a notice, and the row that stays free. */
const FIXED_ROWS = 6

/** Rows of the composer at most; it scrolls inside them. */
export function composerRows(rows: number): number {
  return Math.max(1, Math.floor(rows / 4))
}

/** Rows for waiting questions and attached files at most. */
export function waitingRows(rows: number): number {
  return rows < 12 ? Math.max(0, rows - FIXED_ROWS - 2) : Math.max(1, Math.floor(rows / 8))
}

/** Rows for the open end of the answer at most. */
export function tailRows(rows: number): number {
  return Math.max(1, rows - FIXED_ROWS - composerRows(rows) - waitingRows(rows))
}
