/** A client for the length of one command. */
import type { ChatClient } from '../../client/client.ts'
import type { ClientOptions, TextDeps } from '../../deps.ts'
import { closeClient } from './close-client.ts'

/**
 * Gives `work` a client that is not connected yet, tells people on stderr what goes wrong beside the answers, and closes
 * it afterwards, within a second.
 */
export async function withClient<T>(
  deps: Pick<TextDeps, 'client' | 'note'>,
  options: ClientOptions,
  work: (client: ChatClient) => Promise<T>,
): Promise<T> {
  const client = await deps.client(options)
  const stopNotes = client.on((event) => {
    if (event.type === 'problem') deps.note(event.error.message)
  })
  try {
    return await work(client)
  } finally {
    stopNotes()
    await closeClient(client)
  }
}
