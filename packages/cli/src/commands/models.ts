/** `models`: what the relay can be asked with. */
import { Command } from 'commander'
import type { ModelView } from '@speak-code/protocol'
import type { CommonFlags, TextDeps } from '../deps.ts'
import { CommandError } from '../errors.ts'
import { ExitCode } from '../exit-code.ts'
import { harmless } from '../terminal/harmless.ts'
import { alignedTable } from './history/table.ts'
import { chosenModel } from './model-choice.ts'
import { commonOptions, type GetDeps } from './options.ts'

export interface ModelsOptions {
  readonly json: boolean
  /** The models of this provider alone. */
  readonly provider?: string | undefined
}

export function modelsCommand(getDeps: GetDeps): Command {
  return commonOptions(new Command('models'))
    .option('--json', 'print an array of {id, provider, contextWindow, price, capabilities}')
    .option('--provider <name>', 'only those of this provider')
    .action(async (flags: CommonFlags & { json?: boolean; provider?: string }) => {
      const { json = false, provider } = flags
      process.exitCode = await runModels({ json, provider }, getDeps(flags))
    })
}

/**
 * Lists the relay's models; the table marks the one that is asked where none is named. Throws CommandError where the
 * relay cannot be had, and `not_found` where it has no model of the provider.
 */
export async function runModels(
  options: ModelsOptions,
  deps: Pick<TextDeps, 'http' | 'stdout' | 'env' | 'config'>,
): Promise<number> {
  const { stdout, env } = deps
  const all = await (await deps.http()).listModels()
  const models = ofProvider(all, options.provider)
  if (options.json) {
    stdout.write(`${JSON.stringify(models, null, 2)}\n`)
    return ExitCode.ok
  }
  // The relay's own default is the first that it lists.
  const asked = chosenModel({ env, config: deps.config() }) ?? all[0]?.id
  const text = tableOf(models, asked, stdout.isTTY === true ? stdout.columns : undefined)
  stdout.write(stdout.isTTY === true ? harmless(text) : text)
  return ExitCode.ok
}

function ofProvider(
  models: readonly ModelView[],
  provider: string | undefined,
): readonly ModelView[] {
  if (provider === undefined) return models
  const found = models.filter((model) => model.provider === provider)
  if (found.length > 0) return found
  const known = [...new Set(models.map((model) => model.provider))]
  throw new CommandError(
    'not_found',
    `The relay has no models of a provider "${provider}".`,
    known.length === 0
      ? {}
      : {
          hint: `It has those of ${known.join(', ')}; a provider without a key is not among them.`,
        },
  )
}

/** The default has this mark before it. */
const MARK = '*'
const HEADINGS = ['  MODEL', 'PROVIDER', 'CONTEXT', 'IN, PER MILLION', 'OUT', 'CAPABILITIES']
const UNKNOWN = '-'

function tableOf(
  models: readonly ModelView[],
  asked: string | undefined,
  width: number | undefined,
): string {
  const rows = models.map((model) => [
    `${model.id === asked ? MARK : ' '} ${model.id}`,
    model.provider,
    model.contextWindow === null ? UNKNOWN : String(model.contextWindow),
    ...pricesOf(model),
    model.capabilities.join(', '),
  ])
  const isMarked = models.some(({ id }) => id === asked)
  return `${alignedTable([HEADINGS, ...rows], width)}${isMarked ? `\n${MARK} is asked where no model is named.\n` : ''}`
}

function pricesOf({ price }: ModelView): [string, string] {
  if (price === null) return [UNKNOWN, UNKNOWN]
  return [`${price.input} ${price.currency}`, `${price.output} ${price.currency}`]
}
