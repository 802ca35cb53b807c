/** What a person does at the keyboard. */

export type KeyPress =
  /** Its name as `[keys]` spells it: `ctrl-a`, `alt-enter`, `up`. */
  | { readonly type: 'key'; readonly name: string }
  | { readonly type: 'text'; readonly text: string }
  /** Text that was not typed; it never submits. */
  | { readonly type: 'paste'; readonly text: string }
