/** What a terminal can show of a text. */
export interface Ability {
  /** Whether a link can be clicked (`Span.link`); where it cannot, its URL is written out behind it. */
  readonly clickableLinks: boolean
  /** Whether a text can have a look; where it cannot, a heading keeps its `#`, which tells its level. */
  readonly looks: boolean
}

/** What rows are made for. */
export interface Page extends Ability {
  readonly columns: number
}

/** The page of so many columns; what is not said can be: looks, but no links. */
export function pageOf(
  columns: number,
  { clickableLinks = false, looks = true }: Partial<Ability> = {},
): Page {
  return { columns: Math.max(1, columns), clickableLinks, looks }
}

export function isSamePage(one: Page, other: Page): boolean {
  return (
    one.columns === other.columns &&
    one.clickableLinks === other.clickableLinks &&
    one.looks === other.looks
  )
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
