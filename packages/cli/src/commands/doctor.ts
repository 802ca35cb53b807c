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
    .option('--providers', 'ask each provider a short question too (costs a request each)')
    .action(async (_flags: unknown, self: Command) => {
      const flags = self.optsWithGlobals<CommonFlags & { json?: boolean; providers?: boolean }>()
      const { runDoctor } = await import('./doctor/run.ts')
      process.exitCode = await runDoctor(
        {
          json: flags.json === true,
          server: flags.server,
          providers: flags.providers === true,
        },
        getDeps(flags),
      )
    })
}
