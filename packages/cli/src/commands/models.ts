/** `models`: what the relay can be asked with. */
import { Command } from 'commander'
import type { ModelView } from '@speak-code/protocol'
import type { CommonFlags, TextDeps } from '../deps.ts'
import { ExitCode } from '../exit-code.ts'
import { harmless } from '../terminal/harmless.ts'
import { commonOptions, type GetDeps } from './options.ts'

export interface ModelsOptions {
  readonly json: boolean
}

export function modelsCommand(getDeps: GetDeps): Command {
  return commonOptions(new Command('models'))
    .option('--json', 'print an array of {id, provider, contextWindow, price, capabilities}')
    .action(async (flags: CommonFlags & { json?: boolean }) => {
      process.exitCode = await runModels({ json: flags.json === true }, getDeps(flags))
    })
}

/** Lists the relay's models, its default first. Throws CommandError where the relay cannot be had. */
export async function runModels(
  options: ModelsOptions,
  deps: Pick<TextDeps, 'http' | 'stdout'>,
): Promise<number> {
  const models = await (await deps.http()).listModels()
  const { stdout } = deps
  const text = options.json ? `${JSON.stringify(models, null, 2)}\n` : table(models)
  stdout.write(stdout.isTTY === true ? harmless(text) : text)
  return ExitCode.ok
}

const HEADINGS = ['MODEL', 'CONTEXT', 'PRICE PER MILLION'] as const

function table(models: readonly ModelView[]): string {
  const rows = [HEADINGS, ...models.map((model) => [model.id, contextOf(model), priceOf(model)])]
  const widths = HEADINGS.map((_heading, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map((row) => `${line(row)}\n`).join('')
}

function contextOf({ contextWindow }: ModelView): string {
  return contextWindow === null ? '-' : String(contextWindow)
}

function priceOf({ price }: ModelView): string {
  return price === null ? '-' : `${price.input} in, ${price.output} out ${price.currency}`
}
