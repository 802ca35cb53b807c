import type { ChatClient } from '../../client/client.ts'

/** A relay that does not shake hands must not keep a finished command. */
const CLOSE_MS = 1000

/** Closes a client at the end of a command, within a second. */
export async function closeClient(client: ChatClient): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS)
  })
  await Promise.race([client.close(), late])
  clearTimeout(timer)
}
