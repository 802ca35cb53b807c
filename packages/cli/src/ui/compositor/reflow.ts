/** What terminals do to rows that become too wide for them. */

export interface Reflow {
  /** Whether rows are wrapped at all, rather than cut off. */
  readonly wraps: boolean
  /**
   * Whether the cursor stays with its letter. In xterm.js the cursor's own row is cut off, and the cursor goes down by
   * every row that is added, those below it too.
   */
  readonly keepsCursor: boolean
}

/** Variables by which terminals say who they are. */
const KEEP_CURSOR = [
  'TMUX',
  'VTE_VERSION',
  'KITTY_WINDOW_ID',
  'KONSOLE_VERSION',
  'ALACRITTY_WINDOW_ID',
  'WT_SESSION',
  'ITERM_SESSION_ID',
  'GHOSTTY_RESOURCES_DIR',
  'WEZTERM_PANE',
  // Who comes over SSH has such a terminal rather than one in a browser.
  'SSH_CONNECTION',
] as const

export function reflowOf(env: NodeJS.ProcessEnv): Reflow {
  const term = env['TERM'] ?? ''
  const isTmux = (env['TMUX'] ?? '') !== ''
  // xterm, the Linux console and GNU screen cut rows off.
  const cuts =
    !isTmux && (env['XTERM_VERSION'] !== undefined || term === 'linux' || term.startsWith('screen'))
  const isBrowser = env['TERM_PROGRAM'] === 'vscode'
  const isKnown =
    KEEP_CURSOR.some((name) => (env[name] ?? '') !== '') ||
    /^(?:foot|alacritty|xterm-kitty|xterm-ghostty|tmux)/.test(term) ||
    env['TERM_PROGRAM'] === 'Apple_Terminal'
  return { wraps: !cuts, keepsCursor: isKnown && !isBrowser }
}

/**
 * How many rows the cursor stands below the first of `widths`, in a terminal that now has `columns` and in which the
 * cursor stays with its letter, or in which no row is wrapped. `widths` are the cells of each row as they were drawn,
 * `cursor` is where the cursor was among them.
 */
export function rowsAbove(
  widths: readonly number[],
  cursor: { readonly x: number; readonly y: number },
  columns: number,
  { wraps }: Pick<Reflow, 'wraps'>,
): number {
  if (!wraps) return cursor.y
  const added = widths
    .slice(0, cursor.y)
    .reduce((sum, width) => sum + Math.max(0, Math.ceil(width / columns) - 1), 0)
  return cursor.y + added + Math.floor(cursor.x / columns)
}
