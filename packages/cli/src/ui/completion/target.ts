/** What is being written at the cursor that can be completed. Pure. */

export interface Target {
  readonly kind: 'command' | 'argument' | 'file'
  /** What is replaced, as offsets into the text. */
  readonly from: number
  readonly to: number
  /** What is written of it so far: without the slash, or the `@`. */
  readonly query: string
  /** The command whose argument it is. */
  readonly command?: string
}

/** What stands before the cursor, where it can be completed. */
export function targetAt(text: string, cursor: number): Target | undefined {
  const before = text.slice(0, cursor)
  const file = /(?:^|\s)@(?:"([^"\n]*)|([^\s"]*))$/.exec(before)
  if (file !== null) {
    const query = file[1] ?? file[2] ?? ''
    const from = before.lastIndexOf('@')
    return { kind: 'file', from, to: endOfWord(text, cursor), query }
  }
  if (!text.startsWith('/') || text.startsWith('//') || text.includes('\n')) return undefined
  const [, name = '', gap = '', argument = ''] = /^\/(\S*)(\s*)(.*)$/.exec(before) ?? []
  if (gap === '') return { kind: 'command', from: 0, to: endOfWord(text, cursor), query: name }
  const from = 1 + name.length + gap.length
  return { kind: 'argument', from, to: text.length, query: argument, command: name.toLowerCase() }
}

function endOfWord(text: string, cursor: number): number {
  const [rest = ''] = /^\S*/.exec(text.slice(cursor)) ?? []
  return cursor + rest.length
}
