/** What the `relay` commands do. Each gives the exit code. */
import { LocalRelay } from '../../client/local-relay.ts'
import type { TextDeps } from '../../deps.ts'
import { ExitCode } from '../../exit-code.ts'
import { version } from '../../version.ts'
import { followLog, lastLines } from './log-view.ts'
import { describeStatus, jsonStatus } from './status-view.ts'

/** What of {@link TextDeps} these commands use. */
export type RelayDeps = Pick<TextDeps, 'env' | 'paths' | 'note'> & {
  readonly stdout: { write(text: string): unknown }
}

/** Prints whether the relay runs, and what it says of itself. 0 also where none runs. */
export async function runRelayStatus(
  options: { readonly json: boolean },
  deps: RelayDeps,
): Promise<number> {
  const relay = ownRelay(deps)
  const status = await relay.status()
  const now = new Date()
  deps.stdout.write(
    options.json
      ? `${JSON.stringify(jsonStatus(status, relay.files, now))}\n`
      : describeStatus(status, relay.files, now),
  )
  return ExitCode.ok
}

/** Stops the relay. A relay that does not answer is killed with `force`. */
export async function runRelayStop(
  options: { readonly force: boolean },
  deps: RelayDeps,
): Promise<number> {
  const stopped = await stop(ownRelay(deps), options.force, deps)
  deps.stdout.write(stopped ? 'The relay has stopped.\n' : 'No relay is running.\n')
  return ExitCode.ok
}

export async function runRelayRestart(
  options: { readonly force: boolean },
  deps: RelayDeps,
): Promise<number> {
  const relay = ownRelay(deps)
  await stop(relay, options.force, deps)
  const status = await relay.ensure()
  deps.stdout.write(`The relay is running (pid ${String(status.pid)}).\n`)
  return ExitCode.ok
}

/** Prints the end of the log; with `follow` it never resolves by itself. */
export async function runRelayLogs(
  options: { readonly follow: boolean; readonly lines: number },
  deps: RelayDeps,
): Promise<number> {
  const { log } = ownRelay(deps).files
  const { text, end } = lastLines(log, options.lines)
  if (text === '' && end === 0) deps.note(`There is nothing in ${log} yet.`)
  deps.stdout.write(text)
  if (options.follow) await followLog(log, end, (more) => deps.stdout.write(more))
  return ExitCode.ok
}

function ownRelay(deps: RelayDeps): LocalRelay {
  return new LocalRelay({ paths: deps.paths, env: deps.env, version: version() })
}

async function stop(relay: LocalRelay, force: boolean, deps: RelayDeps): Promise<boolean> {
  if (force) return relay.forceStop()
  const runs = (await relay.status())?.runs ?? 0
  if (runs > 0) {
    deps.note(`Waiting for ${String(runs)} ${runs === 1 ? 'answer' : 'answers'} to be finished.`)
  }
  return relay.stop(false)
}
