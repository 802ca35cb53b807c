/** What rows are made for. */
export interface Page {
  readonly columns: number
  /** Whether a link can be clicked (`Span.link`); where it cannot, its URL is written out behind it. */
  readonly clickableLinks: boolean
}

/** Narrower than this nothing is indented any more, so that deep nesting stays readable. */
const LEAST_COLUMNS = 12

/** The page inside an indentation of so many cells. */
export function inset(page: Page, cells: number): Page {
  return { ...page, columns: Math.max(1, page.columns - cells) }
}

/** Whether there is room for an indentation of so many cells. */
export function hasRoomFor(page: Page, cells: number): boolean {
  return page.columns - cells >= LEAST_COLUMNS
}
