/** `attach [id]`: a conversation's live answers. */
import { Command } from 'commander'
import type { CommonFlags } from '../deps.ts'
import { commonOptions, type GetDeps } from './options.ts'

export function attachCommand(getDeps: GetDeps): Command {
  return commonOptions(new Command('attach'))
    .argument('[id]', 'a beginning or an end of its id')
    .option('--follow', 'stay when no answer is live any more')
    .action(async (id: string | undefined, flags: CommonFlags & { follow?: boolean }) => {
      const { runAttach } = await import('./attach/run.ts')
      process.exitCode = await runAttach({ id, follow: flags.follow === true }, getDeps(flags))
    })
}
