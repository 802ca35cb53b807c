/** A configuration that cannot be used. The message is a sentence with key, file and line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** The sentence without file, line and full stop, where one key is at fault. */
  readonly problem: string | undefined

  constructor(message: string, options: { cause?: unknown; problem?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.problem = options.problem
  }
}
