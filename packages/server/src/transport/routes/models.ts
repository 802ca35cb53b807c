/** `/api/models`: what can be asked for. */
import {
  Environment,
  ENVIRONMENT_HEADER,
  SpeakCodeError,
  type ModelView,
} from '@speak-code/protocol'
import { Hono } from 'hono'
import type { Providers } from '../../providers/provider.ts'

type CallerEnvironment = Readonly<Record<string, string>>

/** `providers` gives those of the present configuration and of the caller's environment. */
export function modelRoutes(
  providers: (environment: CallerEnvironment | undefined) => Providers,
): Hono {
  return new Hono().get('/', (context) =>
    context.json({
      items: providers(environmentOf(context.req.header(ENVIRONMENT_HEADER)))
        .list()
        .map(({ id, provider }): ModelView => ({
          id,
          provider,
          contextWindow: null,
          price: null,
          capabilities: ['chat', 'streaming'],
        })),
    }),
  )
}

function environmentOf(header: string | undefined): CallerEnvironment | undefined {
  if (header === undefined) return undefined
  try {
    return Environment.parse(JSON.parse(Buffer.from(header, 'base64url').toString('utf8')))
  } catch {
    throw new SpeakCodeError('bad_request', `The header ${ENVIRONMENT_HEADER} can not be read.`)
  }
}
