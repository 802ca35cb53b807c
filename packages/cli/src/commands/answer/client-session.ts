/** A client for the length of one command. */
import type { ChatClient } from '../../client/client.ts'
import type { ClientOptions, TextDeps } from '../../deps.ts'
import { closeClient } from './close-client.ts'

/**
 * Gives `work` a client that is not connected yet, tells people on stderr what goes wrong with its connection, and
 * closes it afterwards, within a second.
 */
export async function withClient<T>(
  deps: Pick<TextDeps, 'client' | 'note'>,
  options: ClientOptions,
  work: (client: ChatClient) => Promise<T>,
): Promise<T> {
  const client = await deps.client(options)
  const stopNotes = noteConnection(client, deps.note)
  try {
    return await work(client)
  } finally {
    stopNotes()
    await closeClient(client)
  }
}

function noteConnection(client: ChatClient, note: TextDeps['note']): () => void {
  let connected = false
  return client.on((event) => {
    if (event.type === 'problem') note(event.error.message)
    if (event.type !== 'status') return
    const { state, failure } = event.status
    const now = state.name === 'Connected'
    if (connected && !now) {
      const why = failure === undefined ? '' : ` (${failure.message})`
      note(`The connection to the relay was lost${why}; the answer goes on once it is back.`)
    }
    connected = now
  })
}
