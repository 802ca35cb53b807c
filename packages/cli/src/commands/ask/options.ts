/** What `ask` was told on the command line. */
import { MAX_INFLIGHT } from '@speak-code/protocol'
import { UsageError } from '../../errors.ts'
import type { ColorMode } from '../options.ts'
import type { OutputFormat } from '../output-format.ts'

export interface AskOptions {
  readonly prompt: readonly string[]
  /** `-m`, repeatable. */
  readonly model: readonly string[]
  readonly continue?: boolean
  readonly resume?: string
  readonly system?: string
  readonly file: readonly string[]
  readonly exercise?: string
  /** `--no-save` makes it false. */
  readonly save: boolean
  /** Seconds. */
  readonly timeout?: number
  /** `KEY=VALUE` */
  readonly param: readonly string[]
  readonly extract?: boolean
  readonly output?: string
  readonly usage?: boolean
  readonly raw?: boolean
  readonly color?: ColorMode
  readonly verbose?: boolean
  /** `--no-stream` makes it false. */
  readonly stream: boolean
  readonly outputFormat: OutputFormat
}

/** Throws UsageError where options exclude each other. */
export function checkAskOptions(options: AskOptions): void {
  if (options.extract === true && options.outputFormat !== 'text') {
    throw new UsageError('-x/--extract and JSON output exclude each other.')
  }
  if (options.continue === true && options.resume !== undefined) {
    throw new UsageError('-c/--continue and -r/--resume exclude each other.')
  }
  if (options.model.length > MAX_INFLIGHT) {
    throw new UsageError(`-m/--model can be given ${MAX_INFLIGHT} times at most.`)
  }
}
