/** `attach [id]`: a conversation's live answers. */
import { Command } from 'commander'
import type { CommonFlags } from '../deps.ts'
import { commonOptions, type ColorMode, type GetDeps } from './options.ts'

type AttachFlags = CommonFlags & { readonly color: ColorMode; readonly follow?: boolean }

export function attachCommand(getDeps: GetDeps): Command {
  return commonOptions(new Command('attach'))
    .argument('[id]', 'a beginning or an end of its id')
    .option('--follow', 'stay when no answer is live any more')
    .action(async (id: string | undefined, flags: AttachFlags) => {
      const { runAttach } = await import('./attach/run.ts')
      process.exitCode = await runAttach(
        { ...flags, id, follow: flags.follow === true },
        getDeps(flags),
      )
    })
}
