/** Runs that could be read on, had the relay the key: it comes with a hello, and never stays on disk. */
import { SpeakCodeError } from '@speak-code/protocol'
import type { Checkpoint, Providers, ResolvedModel } from '../providers/provider.ts'
import type { RunRow } from '../store/store.ts'

type Speaker = Pick<RunRow, 'provider' | 'model'>

/** The longest delay that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * The model that a run's answer can be read on from with these providers; `locked` where only the key is another one, or
 * missing, and undefined where the provider or the model is no longer configured.
 */
export function reachOf(
  providers: Providers,
  { provider, model }: Speaker,
  checkpoint: Checkpoint,
): ResolvedModel | 'locked' | undefined {
  const found = resolved(providers, `${provider}/${model}`)
  // The name may have become an alias of another model.
  if (found?.provider.name !== provider || found.model !== model) return undefined
  const { background } = found.provider
  if (background === undefined) return undefined
  return background.owns(checkpoint) ? found : 'locked'
}

function resolved(providers: Providers, name: string): ResolvedModel | undefined {
  try {
    return providers.resolve(name)
  } catch (error) {
    if (error instanceof SpeakCodeError) return undefined
    throw error
  }
}

export interface LockedRun {
  readonly row: Speaker
  readonly checkpoint: Checkpoint
  readonly open: (target: ResolvedModel) => void
  /** The key has not come in time. */
  readonly giveUp: () => void
}

export class LockedRuns {
  /** Each with the timer of its patience, if that has an end. */
  readonly #runs = new Map<LockedRun, NodeJS.Timeout | undefined>()

  /** Waits for the key for `ms`; 0: for as long as the relay runs. */
  add(run: LockedRun, ms: number): void {
    const giveUp = (): void => {
      this.#runs.delete(run)
      run.giveUp()
    }
    const timer = ms === 0 ? undefined : setTimeout(giveUp, Math.min(ms, MAX_TIMER_MS)).unref()
    this.#runs.set(run, timer)
  }

  /** Opens the runs whose key is among these providers'. */
  offer(providers: Providers): void {
    for (const run of this.#runs.keys()) {
      const reach = reachOf(providers, run.row, run.checkpoint)
      if (reach === undefined || reach === 'locked') continue
      this.remove(run)
      run.open(reach)
    }
  }

  /** The run has ended by itself. */
  remove(run: LockedRun): void {
    clearTimeout(this.#runs.get(run))
    this.#runs.delete(run)
  }

  close(): void {
    for (const run of this.#runs.keys()) this.remove(run)
  }
}
