/** WebSockets whose library is loaded while the relay is looked for: what the program shows first does not wait for it. */
import { setImmediate as turn } from 'node:timers/promises'
import type { ReadingPace } from './paced-reading.ts'
import type { OpenLink } from './relay-link.ts'

export class LateLinks {
  readonly #env: NodeJS.ProcessEnv
  readonly #pace: ReadingPace | undefined
  #open: OpenLink | undefined

  /** As of `webSocketLinks`. */
  constructor(env: NodeJS.ProcessEnv, pace: ReadingPace | undefined) {
    this.#env = env
    this.#pace = pace
  }

  /** Resolves when links can be opened. */
  async load(): Promise<void> {
    if (this.#open !== undefined) return
    await turn()
    const { webSocketLinks } = await import('./ws-link.ts')
    this.#open ??= webSocketLinks(this.#env, this.#pace)
  }

  /** Throws before it is loaded. */
  readonly open: OpenLink = (address, events) => {
    if (this.#open === undefined) throw new Error('links are opened once they are loaded')
    return this.#open(address, events)
  }
}
