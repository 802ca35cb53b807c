/** Makes all of the doctor's checks. */
import type { LoadedConfig } from '@speak-code/server/config'
import type { TargetOptions } from '../../client/relay-target.ts'
import type { TextDeps } from '../../deps.ts'
import { ExitCode } from '../../exit-code.ts'
import { harmless } from '../../terminal/harmless.ts'
import { version } from '../../version.ts'
import { type AnswersDeps, checkAnswers, unaskedProviders } from './answers.ts'
import { type Check, messageOf } from './check.ts'
import { checkCircuits } from './circuits.ts'
import { checkFolder, checkHistory } from './folders.ts'
import { checkProviders } from './providers.ts'
import { checkRelay } from './relay.ts'
import { chatWorks, describeChecks } from './report.ts'

export interface DoctorOptions {
  readonly json: boolean
  /** `--server` */
  readonly server?: string | undefined
  /** Asks a model of each provider, which costs a request each. */
  readonly providers?: boolean
}

/** What of {@link TextDeps} it uses. */
export type DoctorDeps = Pick<TextDeps, 'env' | 'paths' | 'config' | 'store'> &
  AnswersDeps & { readonly stdout: { write(text: string): unknown } }

/** Prints what was found. 1 where a chat would not work, whatever the reason. */
export async function runDoctor(options: DoctorOptions, deps: DoctorDeps): Promise<number> {
  const checks = await allChecks(options, deps)
  const works = chatWorks(checks)
  deps.stdout.write(
    options.json
      ? `${JSON.stringify({ ok: works, version: version(), checks }, null, 2)}\n`
      : harmless(describeChecks(checks)),
  )
  return works ? ExitCode.ok : ExitCode.failed
}

async function allChecks(options: DoctorOptions, deps: DoctorDeps): Promise<readonly Check[]> {
  const { env, paths } = deps
  const [config, loaded] = checkConfig(deps)
  const folders = [
    checkFolder('data', paths.data, 'problem'),
    checkFolder('state', paths.state, 'warning'),
  ]
  const history = await checkHistory(paths.history, () => deps.store())
  const local = [checkNode(), config, ...folders, history]
  // Without a configuration nobody knows which relay and which provider.
  if (loaded === undefined) return local
  const target: TargetOptions = {
    server: options.server,
    env,
    paths,
    version: version(),
    config: () => loaded,
  }
  const relay = await relayOrProblem(target)
  const isAsking = options.providers === true
  const providers =
    relay.facts?.['configured'] === true ? [] : await checkProviders(loaded.config, env, isAsking)
  const answers = isAsking && relay.status === 'ok' ? await checkAnswers(deps) : []
  const unasked = isAsking ? unaskedProviders(providers, answers) : []
  const circuits = relay.status === 'ok' ? await checkCircuits(target) : []
  return [...local, relay, ...circuits, ...providers, ...answers, ...unasked]
}

function checkNode(): Check {
  const { version: node, platform, arch } = process
  const facts = { version: node, platform, arch }
  return { id: 'node', status: 'ok', detail: `Node.js ${node} on ${platform} ${arch}`, facts }
}

function checkConfig(deps: DoctorDeps): [Check, LoadedConfig | undefined] {
  const { config: path } = deps.paths
  try {
    const loaded = deps.config()
    const detail = loaded.exists
      ? `${path} is valid`
      : `${path} is not there, so the defaults count`
    return [{ id: 'config', status: 'ok', detail, facts: { path, exists: loaded.exists } }, loaded]
  } catch (error) {
    const fix = 'Correct that line; until then every command but `config` ends with exit code 2.'
    return [
      { id: 'config', status: 'problem', detail: messageOf(error), fix, facts: { path } },
      undefined,
    ]
  }
}

/** An address that cannot be used is a finding like any other. */
async function relayOrProblem(target: TargetOptions): Promise<Check> {
  try {
    return await checkRelay(target)
  } catch (error) {
    return {
      id: 'relay',
      status: 'problem',
      detail: messageOf(error),
      facts: { configured: true },
    }
  }
}
