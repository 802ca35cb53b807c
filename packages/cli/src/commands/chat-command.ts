/** `chat [prompt…]`: the terminal interface. */
import { setFlagsFromString } from 'node:v8'
import { Command } from 'commander'
import type { CommonFlags } from '../deps.ts'
import { commonOptions, requestOptions, type ColorMode, type GetDeps } from './options.ts'

/** What `chat` was told on the command line. */
export interface ChatOptions extends CommonFlags {
  /** Sent first where it is not empty. */
  readonly prompt: readonly string[]
  readonly model?: string
  readonly continue?: boolean
  readonly resume?: string
  readonly system?: string
  /** Put before the first question. */
  readonly file: readonly string[]
  readonly exercise?: string
  /** `--no-save` makes it false. */
  readonly save: boolean
  /** Seconds, for each whole request. */
  readonly timeout?: number
  /** `KEY=VALUE` */
  readonly param: readonly string[]
  readonly color: ColorMode
  readonly screenReader?: boolean
}

export function chatCommand(getDeps: GetDeps): Command {
  const command = new Command('chat')
    .argument('[prompt...]', 'what to ask first')
    .option('-m, --model <model>', 'the model to talk to')
  return commonOptions(requestOptions(command))
    .option('--screen-reader', 'append only, states in words')
    .action(async (prompt: string[], flags: Omit<ChatOptions, 'prompt'>) => {
      // Garbage that is collected early takes a few megabytes, else some thirty. It grows while modules are loaded.
      setFlagsFromString('--semi-space-growth-factor=1')
      const { runChat } = await import('./chat.tsx')
      process.exitCode = await runChat({ ...flags, prompt }, getDeps(flags))
    })
}
