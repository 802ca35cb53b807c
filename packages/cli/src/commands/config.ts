/** `config path | list | get KEY | set KEY VALUE`: what is configured, and changing it. */
import { Argument, Command } from 'commander'
import {
  ANY_NAME,
  ConfigError,
  formatKey,
  parseConfig,
  parseDocument,
  parseKey,
  readSource,
  schemaKeys,
  unknownKey,
  valueKind,
} from '@speak-code/server/config'
import { suggest } from '../completion/suggestions.ts'
import { setKey, writeConfigFile } from '../config-file.ts'
import type { CommonFlags, Deps } from '../deps.ts'
import { CommandError } from '../errors.ts'
import { ExitCode } from '../exit-code.ts'
import { assignments, masked, shownValue } from '../setting-text.ts'
import { settingsOf, variableOver, type Setting } from '../settings.ts'
import { commonOptions } from './options.ts'

/** What of {@link Deps} these commands use. */
export interface ConfigDeps extends Pick<Deps, 'env' | 'paths' | 'config' | 'note'> {
  readonly stdout: { write(text: string): unknown }
}

interface Json {
  readonly json?: boolean
}

export function configCommand(getDeps: (flags: CommonFlags) => ConfigDeps): Command {
  const command = commonOptions(new Command('config')).description(
    'show and change the configuration',
  )
  const subcommand = (name: string, description: string): Command =>
    commonOptions(command.command(name)).description(description)
  const depsOf = (self: Command): ConfigDeps => getDeps(self.optsWithGlobals<CommonFlags>())

  subcommand('path', 'print where the configuration file is').action(async (_options, self) => {
    process.exitCode = await runConfigPath(depsOf(self))
  })
  subcommand('list', 'print every setting and where it comes from')
    .option('--json', 'print an array of {key, value, source}')
    .action(async (options: Json, self: Command) => {
      process.exitCode = await runConfigList(options, depsOf(self))
    })
  subcommand('get', 'print one setting, or all of a table')
    .addArgument(keyArgument())
    .option('--json', 'print the value as JSON')
    .action(async (key: string, options: Json, self: Command) => {
      process.exitCode = await runConfigGet({ ...options, key }, depsOf(self))
    })
  subcommand('set', 'change one line of the configuration file')
    .addArgument(keyArgument())
    .argument('<value>', 'TOML, or plain text where the key takes a string')
    .action(async (key: string, value: string, _options: unknown, self: Command) => {
      process.exitCode = await runConfigSet({ key, value }, depsOf(self))
    })
  return command
}

function keyArgument(): Argument {
  return suggest(new Argument('<key>', 'such as openai.model'), () =>
    schemaKeys()
      .filter((path) => !path.includes(ANY_NAME))
      .map(formatKey),
  )
}

/** Prints the path, whether the file exists or not. */
export async function runConfigPath(deps: ConfigDeps): Promise<number> {
  deps.stdout.write(`${deps.paths.config}\n`)
  return ExitCode.ok
}

/** Prints every setting as a line of TOML. Throws ConfigError for a file that cannot be used. */
export async function runConfigList(options: Json, deps: ConfigDeps): Promise<number> {
  const settings = settingsOf(deps.config(), deps.env)
  deps.stdout.write(
    options.json === true
      ? `${JSON.stringify(settings.map(jsonOf), null, 2)}\n`
      : linesOf(settings),
  )
  return ExitCode.ok
}

/**
 * Prints a string as it is, any other value as TOML, a table as lines. Throws ConfigError for an unknown key and
 * CommandError (exit code 1) for one that is not set.
 */
export async function runConfigGet(
  options: Json & { readonly key: string },
  deps: ConfigDeps,
): Promise<number> {
  const path = knownPath(options.key)
  const isTable = valueKind(path) === 'table'
  const settings = settingsOf(deps.config(), deps.env, path).filter(
    ({ source }) => source !== 'unset',
  )
  const [first] = settings
  if (first === undefined) throw notSet(path, deps)
  if (first.variable !== undefined && !isTable) deps.note(`From ${first.variable}.`)
  const json = isTable ? settings.map(jsonOf) : first.value
  if (options.json === true) deps.stdout.write(`${JSON.stringify(json)}\n`)
  else deps.stdout.write(isTable ? linesOf(settings) : `${plainText(first.value)}\n`)
  return ExitCode.ok
}

/**
 * Changes the file so that KEY has VALUE, and nothing else of it. Throws ConfigError, with the file unchanged, where
 * the result could not be used, and CommandError where it cannot be written.
 */
export async function runConfigSet(
  options: { readonly key: string; readonly value: string },
  deps: ConfigDeps,
): Promise<number> {
  const path = knownPath(options.key)
  const file = deps.paths.config
  const before = readSource(file) ?? ''
  // An edit needs the places of the keys, which only valid TOML has.
  parseDocument(before, file)
  const changes = assignments(path, options.value)
  if (changes.length === 0) throw new ConfigError(`There is nothing to set in ${options.value}.`)
  let after = before
  for (const change of changes) after = setKey(after, change.path, change.text)
  checkChange(before, after, file)
  try {
    writeConfigFile(file, after)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CommandError('internal', `${file} cannot be written: ${reason}.`, { cause })
  }
  deps.note(`${formatKey(path)} is set in ${file}.`)
  const variable = variableOver(formatKey(path), deps.env)
  if (variable !== undefined) deps.note(`${variable} in the environment goes over it.`)
  return ExitCode.ok
}

/** Where only the change is at fault the error says so; else it names what was wrong before. */
function checkChange(before: string, after: string, file: string): void {
  try {
    parseConfig(after, file)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    parseConfig(before, file)
    const problem = error.problem ?? 'the result is not valid TOML'
    throw new ConfigError(`${problem}; ${file} is unchanged.`, { cause: error })
  }
}

function knownPath(key: string): readonly string[] {
  const path = parseKey(key)
  if (valueKind(path) === undefined) throw new ConfigError(`${key} ${unknownKey(path)}.`)
  return path
}

function notSet(path: readonly string[], deps: ConfigDeps): CommandError {
  const message = `${formatKey(path)} is not set in ${deps.paths.config} and has no default.`
  return new CommandError('not_found', message, { exitCode: ExitCode.failed })
}

function linesOf(settings: readonly Setting[]): string {
  return settings.map((setting) => `${lineOf(setting)}\n`).join('')
}

function lineOf({ key, path, value, source, variable }: Setting): string {
  if (source === 'unset') return `# ${key} is not set`
  return `${key} = ${shownValue(path, value)} # ${variable ?? source}`
}

function jsonOf({ key, path, value, source, variable }: Setting): object {
  return {
    key,
    value: value === undefined ? null : masked(path, value),
    source,
    ...(variable === undefined ? {} : { variable }),
  }
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
