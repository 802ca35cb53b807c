/** What a store throws. The message is a sentence for people. */

/** `full`: no space; `locked`: another process holds it; `readonly`; `corrupt`; `other`. */
export type StoreFailureReason = 'full' | 'locked' | 'readonly' | 'corrupt' | 'other'

/** A verb could not be carried out; nothing of it was. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure'
  readonly reason: StoreFailureReason

  constructor(reason: StoreFailureReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** The store can not be opened at all. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError'
  readonly reason: 'in_use' | 'newer' | 'unusable'

  constructor(reason: 'in_use' | 'newer' | 'unusable', message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
