/** `/api/models`: what can be asked for. */
import { Hono } from 'hono'
import type { ModelView } from '@speak-code/protocol'
import type { Providers } from '../../providers/provider.ts'

/** `providers` gives those of the present configuration. */
export function modelRoutes(providers: () => Providers): Hono {
  return new Hono().get('/', (context) =>
    context.json({
      items: providers()
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
