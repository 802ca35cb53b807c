import { createInterface } from 'node:readline'
import { CommandError, UsageError } from '../../errors.ts'
import { harmless } from '../../terminal/harmless.ts'
import type { HistoryDeps } from './deps.ts'

/**
 * Asks on the terminal; only `y` and `yes` are a yes, the end of input is a no. Throws UsageError where no person sits
 * there, and CommandError `cancelled` on Ctrl-C.
 */
export function confirmed(
  question: string,
  { stdin, stderr }: Pick<HistoryDeps, 'stdin' | 'stderr'>,
): Promise<boolean> {
  if (stdin.isTTY !== true) {
    return Promise.reject(
      new UsageError('Nobody can be asked here.', 'Give --yes to delete without a question.'),
    )
  }
  return new Promise((resolve, reject) => {
    const terminal = createInterface({
      input: stdin,
      output: stderr,
      terminal: stderr.isTTY === true,
    })
    terminal.on('SIGINT', () => {
      reject(new CommandError('cancelled', 'Nothing was deleted.'))
      terminal.close()
    })
    terminal.on('close', () => {
      resolve(false)
    })
    terminal.question(harmless(question), (answer) => {
      resolve(/^\s*y(es)?\s*$/i.test(answer))
      terminal.close()
    })
  })
}
