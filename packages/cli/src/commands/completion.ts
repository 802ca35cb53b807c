/** `completion bash|zsh|fish`: a completion script on stdout, made from the program as it is. */
import { Argument, Command } from 'commander'
import { bashScript } from '../completion/bash.ts'
import { fishScript } from '../completion/fish.ts'
import { completionTree, type CompletionCommand } from '../completion/tree.ts'
import { zshScript } from '../completion/zsh.ts'
import type { CommonFlags } from '../deps.ts'
import { ExitCode } from '../exit-code.ts'
import { commonOptions } from './options.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Readonly<
  Record<string, (tree: CompletionCommand) => string>
>
export type Shell = keyof typeof SCRIPTS

/** What of the commands' dependencies this one uses. */
export interface CompletionDeps {
  readonly stdout: { write(text: string): unknown }
}

/**
 * `loadProgram` gives the program with every command in place; without it the one that this command was added to is
 * taken.
 */
export function completionCommand(
  getDeps: (flags: CommonFlags) => CompletionDeps,
  loadProgram?: () => Promise<Command>,
): Command {
  return commonOptions(new Command('completion'))
    .description('print a completion script for your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', '\nFor example: source <(speak-code completion bash)')
    .action(async (shell: Shell, _options: unknown, self: Command) => {
      const program = (await loadProgram?.()) ?? rootOf(self)
      const deps = getDeps(self.optsWithGlobals<CommonFlags>())
      process.exitCode = await runCompletion({ shell, program }, deps)
    })
}

export async function runCompletion(
  options: { readonly shell: Shell; readonly program: Command },
  deps: CompletionDeps,
): Promise<number> {
  deps.stdout.write(SCRIPTS[options.shell](completionTree(options.program)))
  return ExitCode.ok
}

function rootOf(command: Command): Command {
  let root = command
  while (root.parent !== null) root = root.parent
  return root
}
