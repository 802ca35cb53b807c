/** What is said of a command that there is not. */
import type { Line } from '../session-events.ts'
import type { SlashCommand } from './slash-command.ts'

/** A name is near if at least this part of its letters is right. */
const NEAR = 0.5

export function unknownCommandLine(name: string, commands: readonly SlashCommand[]): Line {
  const near = nearest(
    name,
    commands.flatMap(({ names }) => names),
  )
  const guess = near === undefined ? '' : ` Do you mean /${near}?`
  return {
    tone: 'error',
    text: `There is no command /${name}.${guess} /help lists them; //${name} sends it as text.`,
  }
}

/** The name that shares most letters at its beginning and its end with what was typed. */
function nearest(typed: string, names: readonly string[]): string | undefined {
  let best: string | undefined
  let most = 0
  for (const name of names) {
    const likeness = shared(typed, name) / Math.max(typed.length, name.length)
    if (likeness >= NEAR && likeness > most) {
      best = name
      most = likeness
    }
  }
  return best
}

function shared(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  let before = 0
  while (before < shorter && a[before] === b[before]) before += 1
  let after = 0
  while (after < shorter - before && a.at(-1 - after) === b.at(-1 - after)) after += 1
  return before + after
}
