/**
 * What a provider's error means: HTTP status and body, in all the shapes that vendors use, → a code of
 * ours and a sentence that may be shown. Pure.
 */
import { errorInfo, type ErrorCode, type ErrorInfo, isRetryable } from '@speak-code/protocol'
import { count, isObject, parseJson, text } from './json.ts'
import { quotaWords } from './quota-failure.ts'
import { retryAfterMs } from './retry-hint.ts'
import { scrub } from './scrub.ts'

/** An error as it came: over HTTP, or told in the stream (then without status and headers). */
export interface UpstreamErrorSource {
  readonly status?: number | undefined
  readonly headers?: Headers | undefined
  /** The parsed body, or its `error`; a string where it is not JSON. */
  readonly body: unknown
}

/** Whose error it is, for the sentence. */
export interface ErrorAudience {
  readonly provider: string
  /** What to do about a key that is refused. */
  readonly keyHint: string
  /** What may not be shown, whatever it looks like. */
  readonly secrets: readonly string[]
}

interface Facts {
  readonly status: number | undefined
  /** The vendor's codes, types and reasons, in lower case. */
  readonly words: ReadonlySet<string>
  readonly message: string | undefined
}

const WORDS = {
  content_filtered: [
    'content_filter',
    'content_filtered',
    'content_policy_violation',
    'responsibleaipolicyviolation',
    'data_inspection_failed',
    'prohibited_content',
    'bio_policy',
    'misalignment_policy_violation',
    'image_content_policy_violation',
  ],
  quota_exhausted: [
    'insufficient_quota',
    'insufficient_balance',
    'insufficient_credits',
    'billing_hard_limit_reached',
    'billing_not_active',
    'exceeded_current_quota_error',
    'quota_exceeded',
    'billing_error',
    'enforced_spend_limit_reached',
    'contract_spend_limit_reached',
    'linked_organization_spend_limit_reached',
  ],
  context_too_long: [
    'context_length_exceeded',
    'exceed_context_size_error',
    'model_context_window_exceeded',
    'prompt_too_long',
  ],
  upstream_auth: [
    'invalid_api_key',
    'api_key_invalid',
    'authentication_error',
    'invalid_authentication_error',
    'permission_error',
    'permission_denied',
    'unauthenticated',
    'unauthorized',
    'account_deactivated',
  ],
  model_not_found: [
    'model_not_found',
    'model_not_available',
    'model_decommissioned',
    'deploymentnotfound',
    'invalid_model',
    'unknown_model',
  ],
  too_large: ['request_too_large'],
  upstream_rate_limited: [
    'rate_limit_exceeded',
    'rate_limit_error',
    'rate_limited',
    'ratelimitreached',
    'too_many_requests',
    'resource_exhausted',
    'slow_down',
    'tokens',
    'requests',
  ],
  upstream_timeout: ['timeout', 'timeout_error', 'request_timeout', 'deadline_exceeded'],
  upstream_overloaded: [
    'overloaded_error',
    'engine_overloaded_error',
    'server_overloaded',
    'server_error',
    'internal_error',
    'internal_server_error',
    'service_unavailable',
    'unavailable',
    'internal',
    'api_error',
  ],
  bad_request: [
    'invalid_request_error',
    'invalid_argument',
    'invalid-argument',
    'bad_request',
    'invalid_prompt',
    'data_residency_mismatch',
  ],
} satisfies Partial<Record<ErrorCode, readonly string[]>>

const CONTEXT =
  /context (?:length|window|size|limit)|maximum (?:context|prompt|input) length|prompt is too long|too many (?:input )?tokens|input token count .{0,40}exceeds|input is too long|reduce the length of/i
const FILTER =
  /content (?:management )?(?:policy|filter)|flagged (?:by|as|for)|requires moderation|safety system/i
const QUOTA = /credit balance is too low|reached your specified (?:[a-z]+ )*usage limit/i
const BAD_KEY =
  /\b(?:api|access)[ _-]?key\b.{0,80}\b(?:invalid|incorrect|not valid|missing|expired|required)|\b(?:invalid|incorrect|missing|expired|provide an?|no)\b.{0,20}\b(?:api|access)[ _-]?key\b/i
const NO_MODEL =
  /\bmodel\b.{0,160}\b(?:not exist|not found|deprecated|decommissioned|retired)\b|\b(?:unknown|invalid|no such|not a valid) model\b/i
const WRONG_PATH =
  /^(?:404 )?(?:page )?not found\.?$|^invalid url|^unknown request url|^cannot post/i

const SENTENCES: Partial<Record<ErrorCode, string>> = {
  content_filtered: 'its content filter refused the request',
  quota_exhausted: 'the quota of this account is used up',
  context_too_long: 'the conversation is longer than the model’s context window',
  model_not_found: 'it does not know this model',
  too_large: 'the request is too large for it',
  upstream_rate_limited: 'its rate limit is reached',
  upstream_timeout: 'it gave up on the request in time-out',
  upstream_overloaded: 'it is overloaded or out of order',
  upstream_bad_response: 'there is no such address there; check its base_url',
  bad_request: 'it refused the request',
}

const asStatus = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : count(value)
  return number !== undefined && number >= 400 && number < 600 ? number : undefined
}

/** FastAPI's list of what is wrong with the fields, or a plain sentence. */
function detailText(detail: unknown): string | undefined {
  if (!Array.isArray(detail)) return text(detail)
  const first: unknown = detail[0]
  return isObject(first) ? text(first['msg']) : text(first)
}

/** What a gateway says about the error of the provider behind it (OpenRouter). */
function innerMessage(error: Readonly<Record<string, unknown>>): string | undefined {
  const { metadata } = error
  const raw = isObject(metadata) ? text(metadata['raw']) : undefined
  if (raw === undefined) return undefined
  const json = parseJson(raw)
  return isObject(json) ? factsOf({ body: json }).message : raw
}

/** Gathers what an error says, whichever way it spells it. */
function factsOf({ status, body }: UpstreamErrorSource): Facts {
  const outer: unknown = Array.isArray(body) ? body[0] : body
  if (!isObject(outer)) {
    const plain = text(outer)
    const message = plain === undefined || /^\s*</.test(plain) ? undefined : plain
    return { status, words: new Set(), message }
  }
  const error = isObject(outer['error']) ? outer['error'] : outer
  const inner = isObject(error['innererror']) ? error['innererror'] : {}
  const details: readonly unknown[] = Array.isArray(error['details']) ? error['details'] : []
  const reasons = details.map((detail) => (isObject(detail) ? detail['reason'] : undefined))
  const said = [
    error['code'],
    error['type'],
    error['status'],
    inner['code'],
    isObject(error['details']) ? error['details']['error_code'] : undefined,
    outer['code'],
    ...reasons,
    ...quotaWords(details),
  ]
  const message =
    text(error['message']) ??
    text(error['error']) ??
    detailText(error['detail']) ??
    detailText(error['msg'])
  const behind = innerMessage(error)
  return {
    status:
      status ??
      asStatus(error['status_code']) ??
      asStatus(error['code']) ??
      asStatus(error['status']) ??
      asStatus(outer['status']),
    words: new Set(said.flatMap((word) => text(word)?.toLowerCase() ?? [])),
    message: behind === undefined ? message : [message, behind].filter(Boolean).join(': '),
  }
}

/** The code of an error that its status does not settle. */
function codeByWords({ status, words, message = '' }: Facts): ErrorCode {
  const says = (code: keyof typeof WORDS): boolean => WORDS[code].some((word) => words.has(word))
  if (says('content_filtered') || FILTER.test(message)) return 'content_filtered'
  if (says('quota_exhausted') || QUOTA.test(message)) return 'quota_exhausted'
  if (says('context_too_long') || CONTEXT.test(message)) return 'context_too_long'
  if (status === 401 || status === 403 || says('upstream_auth') || BAD_KEY.test(message))
    return 'upstream_auth'
  if (says('model_not_found') || NO_MODEL.test(message)) return 'model_not_found'
  if (status === 404)
    return message === '' || WRONG_PATH.test(message) ? 'upstream_bad_response' : 'model_not_found'
  if (status === 413 || says('too_large')) return 'too_large'
  if (says('upstream_rate_limited')) return 'upstream_rate_limited'
  if (says('upstream_timeout')) return 'upstream_timeout'
  if (status === undefined && !says('bad_request')) return 'upstream_overloaded'
  return 'bad_request'
}

function codeOf(facts: Facts): ErrorCode {
  const { status = 0 } = facts
  if (status === 504 || status === 408) return 'upstream_timeout'
  if (status >= 500) return 'upstream_overloaded'
  if (status === 402) return 'quota_exhausted'
  if (status === 429)
    return WORDS.quota_exhausted.some((word) => facts.words.has(word))
      ? 'quota_exhausted'
      : 'upstream_rate_limited'
  return codeByWords(facts)
}

/** The error in our words. The provider's own are scrubbed; of a refused key nothing is repeated. */
export function upstreamError(source: UpstreamErrorSource, audience: ErrorAudience): ErrorInfo {
  const facts = factsOf(source)
  const code = codeOf(facts)
  const status = facts.status === undefined ? '' : ` (HTTP ${facts.status})`
  if (code === 'upstream_auth')
    return errorInfo(code, `${audience.provider} refused the key${status}. ${audience.keyHint}`)
  const said = facts.message === undefined ? '' : scrub(facts.message, audience.secrets)
  const fallback = `${SENTENCES[code] ?? 'it failed'}${status}`
  const hint = isRetryable(code) ? retryAfterMs(source.headers, source.body) : undefined
  return errorInfo(code, `${audience.provider}: ${said === '' ? fallback : said}`, hint)
}
