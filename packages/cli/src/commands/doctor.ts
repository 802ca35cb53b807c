/** `doctor`: what is configured, reachable and writable, and what to do where something is not. */
import { Command } from 'commander'
import type { CommonFlags } from '../deps.ts'
import { commonOptions, type GetDeps } from './options.ts'

export function doctorCommand(getDeps: GetDeps): Command {
  return commonOptions(new Command('doctor'))
    .description(
      'check what is configured, reachable and writable (exit code 1: no chat would work)',
    )
    .option('--json', 'one JSON object')
    .action(async (_flags: unknown, self: Command) => {
      const flags = self.optsWithGlobals<CommonFlags & { json?: boolean }>()
      const { runDoctor } = await import('./doctor/run.ts')
      process.exitCode = await runDoctor(
        { json: flags.json === true, server: flags.server },
        getDeps(flags),
      )
    })
}
