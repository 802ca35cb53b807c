/** The list of completions: what is in it and what is chosen. Pure. */
import type { Target } from './target.ts'

export interface MenuItem {
  /** What is shown. */
  readonly label: string
  /** What it is, in a few words. */
  readonly hint: string
  /** What is put in the place of what is written. */
  readonly insert: string
}

export interface Menu {
  readonly target: Target
  readonly items: readonly MenuItem[]
  /** -1: none; then Enter sends what is written. */
  readonly chosen: number
}

/** A list with its first item chosen, save that of an argument, which may well be meant as it is written. */
export function menuOf(target: Target, items: readonly MenuItem[]): Menu | undefined {
  if (items.length === 0) return undefined
  return { target, items, chosen: target.kind === 'argument' ? -1 : 0 }
}

/** The list with the item `by` further chosen; it goes round. */
export function moved(menu: Menu, by: 1 | -1): Menu {
  const { items, chosen } = menu
  const from = chosen === -1 && by === -1 ? 0 : chosen
  return { ...menu, chosen: (from + by + items.length) % items.length }
}

export function chosenItem({ items, chosen }: Menu): MenuItem | undefined {
  return items[chosen]
}

/** Whether the chosen item is what is written already. */
export function isWritten(menu: Menu, text: string): boolean {
  const { from, to } = menu.target
  return chosenItem(menu)?.insert.trimEnd() === text.slice(from, to)
}
