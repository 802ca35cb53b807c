/** The connection's state in words that are said once: a countdown is not read out second by second. */
import type { ConnectionStatus } from '../../client/client.ts'
import { spokenSeconds } from '../../chat/wording.ts'

export interface SpokenConnection {
  readonly text: string
  /** What has the same key was said already. */
  readonly key: string
}

/** `now` in milliseconds since 1970. */
export function spokenConnection(status: ConnectionStatus, now: number): SpokenConnection {
  const { state, relay, retryAt, attempt, maxAttempts, draining, failure } = status
  const why = failure === undefined ? '' : ` ${sentence(failure.message)}`
  if (retryAt !== undefined && state.name !== 'Connected') {
    const of = maxAttempts === 0 ? '' : ` of ${maxAttempts}`
    const count = draining ? '' : `, attempt ${attempt}${of}`
    return {
      text: `Reconnecting in ${spokenSeconds(retryAt - now)}${count}.${why}`,
      key: `retry ${attempt} ${retryAt}`,
    }
  }
  switch (state.name) {
    case 'Connected':
      return same(`Connected to ${relay}.`)
    case 'Connecting':
      // Between two attempts there is nothing new to say.
      return attempt > 0
        ? { text: `Connecting, attempt ${attempt}.`, key: `connecting ${attempt}` }
        : same(`Connecting to ${relay}.`)
    case 'Disconnected':
      return same(`Disconnected from ${relay}.${why} /reconnect tries again.`)
    case 'Error':
      return same(`Error: ${state.message}`)
  }
}

function same(text: string): SpokenConnection {
  return { text, key: text }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
