/** Sockets that a killed process has left behind. */
import { lstatSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'

/** Removes the socket at `path` if nobody listens on it. Returns whether the path is free. */
export async function clearStaleSocket(path: string): Promise<boolean> {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return true
  if (!stat.isSocket() || (await accepts(path))) return false
  rmSync(path, { force: true })
  return true
}

/** Whether somebody listens on the socket. */
export function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.destroy()
      // Only a refusal proves that nobody listens; a full backlog (EAGAIN) does not.
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}
