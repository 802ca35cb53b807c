/** `/api/models`: what can be asked for. */
import { Environment, ENVIRONMENT_HEADER, SpeakCodeError } from '@speak-code/protocol'
import { Hono } from 'hono'
import type { Providers } from '../../providers/provider.ts'

type CallerEnvironment = Readonly<Record<string, string>>

/** `providers` gives those of the present configuration and of the caller's environment. */
export function modelRoutes(
  providers: (environment: CallerEnvironment | undefined) => Providers,
): Hono {
  return new Hono().get('/', async (context) => {
    const environment = environmentOf(context.req.header(ENVIRONMENT_HEADER))
    return context.json({ items: await providers(environment).models() })
  })
}

function environmentOf(header: string | undefined): CallerEnvironment | undefined {
  if (header === undefined) return undefined
  try {
    return Environment.parse(JSON.parse(Buffer.from(header, 'base64url').toString('utf8')))
  } catch {
    throw new SpeakCodeError('bad_request', `The header ${ENVIRONMENT_HEADER} can not be read.`)
  }
}
