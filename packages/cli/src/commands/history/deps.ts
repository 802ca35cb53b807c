import type { TextDeps } from '../../deps.ts'
import { harmless } from '../../terminal/harmless.ts'

/** What of {@link TextDeps} the `history` commands work with. */
export type HistoryDeps = Pick<TextDeps, 'stdin' | 'stdout' | 'stderr' | 'store' | 'http' | 'note'>

export interface Json {
  /** Print JSON. */
  readonly json?: boolean
}

/** Writes to standard output: as it is into a pipe, made harmless on a terminal. */
export function print(deps: Pick<HistoryDeps, 'stdout'>, text: string): void {
  deps.stdout.write(deps.stdout.isTTY === true ? harmless(text) : text)
}

export function printJson(deps: Pick<HistoryDeps, 'stdout'>, value: unknown): void {
  print(deps, `${JSON.stringify(value, null, 2)}\n`)
}

/** The terminal's width in columns; undefined where standard output is none. */
export function columnsOf({ stdout }: Pick<HistoryDeps, 'stdout'>): number | undefined {
  if (stdout.isTTY !== true) return undefined
  return 'columns' in stdout && typeof stdout.columns === 'number' ? stdout.columns : 80
}
