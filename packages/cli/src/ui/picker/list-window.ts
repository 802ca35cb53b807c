/** Which part of a long list is seen. */

/** The first item to be seen, so that the selected one is among the `fits` that are: it moves as little as it can. */
export function firstSeen(first: number, selected: number, fits: number, count: number): number {
  const most = Math.max(0, count - fits)
  const least = Math.max(0, selected - fits + 1)
  return Math.min(Math.max(first, least), Math.max(0, selected), most)
}

export type Motion = 'previous' | 'next' | 'pageUp' | 'pageDown' | 'first' | 'last'

/** Where a motion leads from `selected`: never out of the list, and 0 in an empty one. */
export function moveSelection(
  selected: number,
  motion: Motion,
  fits: number,
  count: number,
): number {
  const page = Math.max(1, fits - 1)
  const target = {
    previous: selected - 1,
    next: selected + 1,
    pageUp: selected - page,
    pageDown: selected + page,
    first: 0,
    last: count - 1,
  }[motion]
  return Math.max(0, Math.min(target, count - 1))
}
