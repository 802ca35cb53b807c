/** Who asks. Everything that the relay keeps belongs to one of these. */
export interface Principal {
  readonly userId: string
}

/** Whoever it is, on a relay without accounts. */
export const LOCAL: Principal = { userId: 'local' }
