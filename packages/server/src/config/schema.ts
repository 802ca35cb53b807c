/**
 * The configuration file's schema. It holds exactly the keys that code reads; anything else is an unknown key.
 * 0 means unlimited for every limit. A description completes the sentence "must be …" of an error.
 */
import { z } from 'zod'
import { Keys } from './keys.ts'
import { isOrigin } from './origin.ts'
import { Theme } from './theme.ts'

/** The longest delay that a timer takes (2³¹ − 1 ms, some 24 days); a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647

/** A time that a timer waits for. */
const Secs = z
  .number()
  .min(0)
  .max(Math.floor(MAX_TIMER_MS / 1000))
const EnvironmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
  .describe('the name of an environment variable (never the key itself)')
const BaseUrl = z.url({ protocol: /^https?$/ }).describe('an http or https URL')
const WebSocketUrl = z
  .url({ protocol: /^wss?$/ })
  .describe('a ws or wss URL, such as "ws://127.0.0.1:3000/ws/chat"')
const Text = z.string().min(1).describe('a string that is not empty')
const Origin = z
  .string()
  .refine(isOrigin)
  .describe(
    'an origin as browsers send it, such as "https://chat.example.com": no path, capital letter or usual port',
  )

/** What HTTP allows (RFC 9110, 5.1 and 5.5); anything else would fail each call. */
const HeaderName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
  .describe('the name of an HTTP header')
const HeaderValue = z
  .string()
  .regex(/^[\t\u0020-\u007e\u0080-\u00ff]*$/)
  .describe('a string of one line in Latin-1, as HTTP headers are')

/** Keys that every provider may have. */
const ProviderKeys = {
  base_url: BaseUrl.optional(),
  api_key_env: EnvironmentName.optional(),
  /** The longest silence, before the headers too; any byte resets it. */
  stream_timeout_secs: Secs.default(120),
  connect_timeout_secs: Secs.default(10),
  /** From the request to the first delta; unlimited unless set. */
  first_token_timeout_secs: Secs.default(0),
  /** For a whole run, from when the provider is first asked: retries, waits and fallbacks included. */
  total_timeout_secs: Secs.default(0),
  /** `[DONE]` without a finish reason counts as completed. */
  lax_done: z.boolean().default(false),
  /** Sent with every request, over ours. */
  headers: z.record(HeaderName, HeaderValue).default({}),
  /** The ids it serves; without a list any id is passed on. */
  models: z.array(Text).min(1).describe('a list of at least one model id').optional(),
}

/** What a provider speaks: an API of OpenAI, of those who copy it, of another vendor, or nothing (the demo). */
const PROVIDER_KINDS = [
  'openai',
  'openai-responses',
  'openai-compatible',
  'anthropic',
  'google',
  'demo',
] as const

export const ProviderConfig = z.strictObject({
  kind: z.enum(PROVIDER_KINDS),
  ...ProviderKeys,
  /** The vendor writes answers by itself and keeps them; only with `openai-responses`. */
  background: z.boolean().default(false),
})
export type ProviderConfig = z.infer<typeof ProviderConfig>

const OpenAI = z.strictObject({
  ...ProviderKeys,
  api_key_env: EnvironmentName.default('OPENAI_API_KEY'),
  model: Text.optional(),
  max_tokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
})

/** It stands before the slash of `provider/id`. */
const ProviderName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*$/i)
  .describe('a name of letters, digits, "-" and "_"')

const PerMillion = z.number().min(0)

/** What is known of a model, over the built-in catalogue. */
const CatalogueEntry = z.strictObject({
  /** Tokens of prompt and answer together. */
  context_window: z.int().min(1).optional(),
  max_output: z.int().min(1).optional(),
  price: z
    .strictObject({
      input: PerMillion,
      output: PerMillion,
      cached_input: PerMillion.optional(),
      cache_write: PerMillion.optional(),
      reasoning: PerMillion.optional(),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/)
        .describe('three capital letters, such as "USD"')
        .default('USD'),
    })
    .optional(),
})

const ModelName = z
  .string()
  .regex(/^[^/\s]+\/\S+$/)
  .describe('PROVIDER/ID in quotes, such as "lab/qwen3"')

export const Config = z.strictObject({
  openai: OpenAI.prefault({}),
  /** The name may not be `openai` beside `[openai]`. */
  providers: z.record(ProviderName, ProviderConfig).default({}),
  /** Short names of models. */
  models: z.record(Text, Text).default({}),
  /** What is asked where a model fails before its first word; `default` for every model without a list. */
  fallback: z
    .record(Text, z.array(Text).min(1).describe('a list of at least one model'))
    .default({}),
  chat: z.strictObject({ system: Text.optional() }).prefault({}),
  server: z
    .strictObject({
      url: WebSocketUrl.optional(),
      reconnect_interval_ms: z.int().min(1).max(MAX_TIMER_MS).default(1000),
      max_reconnect_attempts: z.int().min(0).default(5),
    })
    .prefault({}),
  listen: z
    .strictObject({
      host: z
        .string()
        .regex(/^[^\s/[\]]+$/)
        .describe('a host name or an IP address (without brackets)')
        .default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(3000),
      origins: z.array(Origin).default([]),
    })
    .prefault({}),
  run: z
    .strictObject({
      orphan_timeout_secs: Secs.default(900),
      drain_secs: Secs.default(30),
      /** How often a run asks a model, all in all, before its first delta. */
      max_attempts: z.int().min(0).default(3),
      /** The longest wait between two calls; a longer hint is not waited out. */
      max_retry_wait_secs: Secs.default(20),
      /** How long journals of finished runs are kept; their messages stay. */
      journal_ttl_secs: z.number().min(0).default(86_400),
    })
    .prefault({}),
  relay: z.strictObject({ idle_exit_secs: Secs.default(600) }).prefault({}),
  catalogue: z.record(ModelName, CatalogueEntry).default({}),
  keys: Keys.prefault({}),
  theme: Theme.prefault({}),
})
export type Config = z.infer<typeof Config>
