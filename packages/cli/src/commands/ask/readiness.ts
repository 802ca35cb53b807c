/** What has to be known before a question goes out. */
import { MAX_HELLO_BYTES } from '@speak-code/protocol'
import type { ChatClient, OutgoingChat } from '../../client/client.ts'
import { CommandError } from '../../errors.ts'
import type { Ending } from '../answer/ending.ts'
import type { Continued } from './request.ts'
import { hasGivenUp, RunWatch, unreachable, WITHOUT_RELAY_MS } from '../answer/run-watch.ts'

/**
 * Takes up the conversation's runs that earlier sessions left under way, and waits for their ends, so that the question
 * follows whole answers. Throws CommandError where the relay cannot be had.
 */
export async function awaitEarlierRuns(
  client: ChatClient,
  { store, conversation }: Continued,
  note: (text: string) => void,
): Promise<void> {
  const open = store.openRuns(conversation.id)
  if (open.length === 0) return
  note('An earlier answer of this conversation is under way; waiting for its end.')
  const endings: Ending[] = []
  const watch = new RunWatch(client, {
    begin: () => undefined,
    pieces: () => undefined,
    notice: () => undefined,
    end: (_answer, ending) => {
      endings.push(ending)
    },
  })
  for (const { runId } of open) watch.add(runId)
  try {
    client.restore(conversation.id)
    await watch.settled()
  } finally {
    watch.close()
  }
  for (const ending of endings) {
    if (ending.type === 'failed' && ending.failure.code === 'relay_unreachable') {
      throw ending.failure
    }
  }
}

/**
 * Waits for the relay's bounds where the requests are large enough to meet them.
 * Throws CommandError `too_large`, and where the relay cannot be had.
 */
export async function awaitRoomFor(
  client: ChatClient,
  requests: readonly OutgoingChat[],
): Promise<void> {
  const bytes = Math.max(...requests.map(frameBytes))
  // No relay takes less than this.
  if (bytes <= MAX_HELLO_BYTES) return
  const limit = await maxFrameBytes(client)
  if (bytes > limit) {
    throw new CommandError(
      'too_large',
      `The question is larger than the relay takes: ${mebibytes(bytes)} of at most ${mebibytes(limit)} MiB.`,
    )
  }
}

function frameBytes(request: OutgoingChat): number {
  return Buffer.byteLength(JSON.stringify({ type: 'chat', ...request }))
}

const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)

function maxFrameBytes(client: ChatClient): Promise<number> {
  const known = client.welcome?.maxFrameBytes
  if (known !== undefined) return Promise.resolve(known)
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(absence)
      unsubscribe()
    }
    const giveUp = (): void => {
      stop()
      reject(unreachable(client.status))
    }
    const absence = setTimeout(giveUp, WITHOUT_RELAY_MS)
    const unsubscribe = client.on((event) => {
      if (event.type === 'welcome') {
        stop()
        resolve(event.welcome.maxFrameBytes)
      } else if (event.type === 'status' && hasGivenUp(event.status)) {
        giveUp()
      }
    })
  })
}
