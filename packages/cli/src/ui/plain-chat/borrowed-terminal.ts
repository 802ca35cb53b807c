/** Gives the terminal to another program for a while: an editor, or the shell after Ctrl-Z. */
import { editExternally } from '../external-editor.ts'
import type { TerminalInput } from '../keyboard/terminal-input.ts'
import { suspendProcess } from '../suspend.ts'

export class BorrowedTerminal {
  readonly #input: Pick<TerminalInput, 'setRawMode'>
  readonly #leave: () => void
  readonly #comeBack: () => void

  /** `leave` is called before the terminal is given away, `comeBack` when it is ours again. */
  constructor(
    input: Pick<TerminalInput, 'setRawMode'>,
    { leave, comeBack }: { readonly leave: () => void; readonly comeBack: () => void },
  ) {
    this.#input = input
    this.#leave = leave
    this.#comeBack = comeBack
  }

  /** Resolves with what was saved; rejects with a sentence where no editor could be run. */
  edit(text: string, env: NodeJS.ProcessEnv): Promise<string> {
    return this.#lend(() => editExternally(text, env))
  }

  /** Stops the process; resolves when it goes on. */
  suspend(): Promise<void> {
    return this.#lend(suspendProcess)
  }

  async #lend<T>(work: () => Promise<T>): Promise<T> {
    this.#leave()
    this.#input.setRawMode(false)
    try {
      return await work()
    } finally {
      this.#input.setRawMode(true)
      this.#comeBack()
    }
  }
}
