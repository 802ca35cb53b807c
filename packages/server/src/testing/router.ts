/** How chats of tests ask models. */
import { Breakers } from '../providers/breakers.ts'
import type { RouterOptions } from '../providers/router.ts'
import { realClock } from '../providers/wait.ts'

/** One call for each run, as most tests are about something else than trying again. */
export function askOnce(): RouterOptions {
  return {
    limits: () => ({ maxAttempts: 1, maxWaitMs: 0 }),
    breakers: new Breakers(),
    clock: realClock,
  }
}
