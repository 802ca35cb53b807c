/** `ask [prompt…]`: one question, for pipes and scripts. */
import { Command, Option } from 'commander'
import type { CommonFlags } from '../deps.ts'
import type { AskOptions } from './ask/options.ts'
import { OUTPUT_FORMATS } from './output-format.ts'
import { commonOptions, repeatable, requestOptions, type GetDeps } from './options.ts'

type AskFlags = CommonFlags & Omit<AskOptions, 'prompt'> & { readonly json?: boolean }

export function askCommand(getDeps: GetDeps): Command {
  const command = new Command('ask')
    .argument('[prompt...]', 'the question; standard input and files come before it')
    .addOption(repeatable('-m, --model <model>', 'the model to ask (repeatable: each is asked)'))
  return commonOptions(requestOptions(command))
    .option('-x, --extract', 'print the first fenced code block only')
    .option('-o, --output <file>', 'write the answer to a file')
    .option('-u, --usage', 'print tokens and cost on stderr')
    .option('--raw', 'the bytes of the answer as they are, also on a terminal')
    .option('--no-stream', 'print the answer when it is complete')
    .addOption(
      new Option('--output-format <format>', 'how the answer is given out')
        .choices([...OUTPUT_FORMATS])
        .default('text'),
    )
    .addOption(new Option('--json', 'the same as --output-format json').conflicts('outputFormat'))
    .action(async (prompt: string[], flags: AskFlags) => {
      const { runAsk } = await import('./ask/run.ts')
      const outputFormat = flags.json === true ? 'json' : flags.outputFormat
      process.exitCode = await runAsk({ ...flags, prompt, outputFormat }, getDeps(flags))
    })
}
