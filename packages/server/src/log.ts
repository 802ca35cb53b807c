/** Structured lines for operators. Never a key, a token or the text of a prompt (L10). */
import { pino, destination as pinoDestination, type Logger } from 'pino'

export type LogDestination = 'stderr' | { readonly file: string }

export function createLog(destination: LogDestination): Logger {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describe },
    },
    pinoDestination(
      destination === 'stderr'
        ? { dest: 2, sync: true }
        : { dest: destination.file, append: true, mode: 0o600, sync: true },
    ),
  )
}

/** An error without what libraries hang on it: requests with headers, bodies, connections. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  const cause = error.cause === undefined ? {} : { cause: describe(error.cause) }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return { name: error.name, message: error.message, ...code, ...cause }
}
