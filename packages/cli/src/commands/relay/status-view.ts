/** A relay's status, for people and for programs. */
import type { RelayStatus } from '../../local-relay/control.ts'
import type { RelayFiles } from '../../local-relay/relay-files.ts'

/** One line of label and value each. */
export function describeStatus(
  status: RelayStatus | undefined,
  files: RelayFiles,
  now: Date,
): string {
  if (status === undefined) {
    return lines(['status', 'not running (chat and ask start it)'], ['log', files.log])
  }
  return lines(
    ['status', status.draining ? 'leaving' : 'running'],
    ['pid', String(status.pid)],
    ['version', status.version],
    ['up', `${describeSeconds(uptimeSeconds(status, now))}, since ${status.startedAt}`],
    ['clients', String(status.clients)],
    ['live runs', String(status.runs)],
    ['socket', status.socket],
    ['config', status.config],
    ['log', files.log],
  )
}

/** `running` and the paths are always there, the rest while it runs. */
export function jsonStatus(
  status: RelayStatus | undefined,
  files: RelayFiles,
  now: Date,
): Readonly<Record<string, unknown>> {
  if (status === undefined) return { running: false, socket: files.socket, log: files.log }
  return {
    running: true,
    ...status,
    uptimeSeconds: uptimeSeconds(status, now),
    log: files.log,
  }
}

function uptimeSeconds(status: RelayStatus, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - Date.parse(status.startedAt)) / 1000))
}

function describeSeconds(seconds: number): string {
  if (seconds < 120) return `${String(seconds)} s`
  if (seconds < 7200) return `${String(Math.floor(seconds / 60))} min`
  return `${String(Math.floor(seconds / 3600))} h`
}

function lines(...rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`).join('')
}
