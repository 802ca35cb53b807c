/** Why this machine's own relay cannot be had. */

export type LocalRelayReason =
  /** The configuration file cannot be used. */
  | 'config'
  /** Another process works on the data folder. */
  | 'data_in_use'
  /** The store was written by a newer version. */
  | 'store_newer'
  /** A folder or file cannot be used, or is not safe to use. */
  | 'folder'
  /** No such relay on this system. */
  | 'unsupported'
  /** It was started and did not come up, or runs and does not answer. */
  | 'start_failed'
  /** The data folder's relay serves another configuration and has work. */
  | 'busy'

/** The message is a sentence for people and says what to do. */
export class LocalRelayError extends Error {
  override readonly name = 'LocalRelayError'
  readonly reason: LocalRelayReason
  /** Trying again without changing something is pointless. */
  readonly final: boolean

  constructor(reason: LocalRelayReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
    this.final = reason !== 'start_failed' && reason !== 'busy'
  }
}
