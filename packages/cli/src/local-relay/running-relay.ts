/** The relay that runs already: what nearly every command finds, without a question to it. */
import { dirname } from 'node:path'
import type { Paths } from '../paths.ts'
import { checkPrivateFolder } from './private-folder.ts'
import { readRecord } from './record.ts'
import { relayFiles } from './relay-files.ts'
import { accepts } from './stale-socket.ts'
import { isOlder } from './version-order.ts'

/**
 * The socket of the relay that serves these paths, is not older than `version` and takes connections; undefined where that is
 * not plain, and a closer look is due. Throws LocalRelayError where the socket would not be safe.
 */
export async function runningRelay(
  paths: Paths,
  env: NodeJS.ProcessEnv,
  version: string,
): Promise<string | undefined> {
  const record = readRecord(relayFiles(paths, env).record)
  const serves = record?.config === paths.config && record.data === paths.data
  if (!serves || record.version === undefined || isOlder(record.version, version)) return undefined
  if (!(await accepts(record.socket))) return undefined
  // Keys are sent to it.
  checkPrivateFolder(dirname(record.socket))
  return record.socket
}
