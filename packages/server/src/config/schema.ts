/**
 * The configuration file's schema. It holds exactly the keys that code reads; anything else is an unknown key.
 * 0 means unlimited for every limit.
 */
import { z } from 'zod'

const Secs = z.number().nonnegative()
const EnvironmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
const BaseUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' })

/** Keys that every provider may have. */
const ProviderKeys = {
  base_url: BaseUrl.optional(),
  api_key_env: EnvironmentName.optional(),
  /** The longest silence, before the headers too; any byte resets it. */
  stream_timeout_secs: Secs.default(120),
  connect_timeout_secs: Secs.default(10),
  /** From the request to the first delta; unlimited unless set. */
  first_token_timeout_secs: Secs.default(0),
  total_timeout_secs: Secs.default(0),
  /** `[DONE]` without a finish reason counts as completed. */
  lax_done: z.boolean().default(false),
  /** Sent with every request, over ours. */
  headers: z.record(z.string(), z.string()).default({}),
  /** The ids it serves; without a list any id is passed on. */
  models: z.array(z.string().min(1)).min(1).optional(),
}

export const ProviderConfig = z.strictObject({
  kind: z.enum(['openai', 'openai-compatible', 'demo']),
  ...ProviderKeys,
})
export type ProviderConfig = z.infer<typeof ProviderConfig>

const OpenAI = z.strictObject({
  ...ProviderKeys,
  api_key_env: EnvironmentName.default('OPENAI_API_KEY'),
  model: z.string().min(1).optional(),
  max_tokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
})

const WebSocketUrl = z.url({ protocol: /^wss?$/, error: 'must be a ws or wss URL' })

export const Config = z.strictObject({
  openai: OpenAI.prefault({}),
  /** The name may not be `openai` beside `[openai]`. */
  providers: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/i), ProviderConfig).default({}),
  chat: z.strictObject({ system: z.string().min(1).optional() }).prefault({}),
  server: z
    .strictObject({
      url: WebSocketUrl.optional(),
      reconnect_interval_ms: z.int().positive().default(1000),
      max_reconnect_attempts: z.int().nonnegative().default(5),
    })
    .prefault({}),
  listen: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(3000),
      origins: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  run: z
    .strictObject({
      orphan_timeout_secs: Secs.default(900),
      drain_secs: Secs.default(30),
      /** How long journals of finished runs are kept; their messages stay. */
      journal_ttl_secs: Secs.default(86_400),
    })
    .prefault({}),
  relay: z.strictObject({ idle_exit_secs: Secs.default(600) }).prefault({}),
})
export type Config = z.infer<typeof Config>
