/** Text for the shells' scripts. */

/** One word for bash and zsh, taken literally. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** One word for fish, taken literally. */
export function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}

/** The name of the shell function that completes `program`. */
export function functionName(program: string): string {
  return `_${program.replaceAll(/[^A-Za-z0-9_]/g, '_')}`
}
