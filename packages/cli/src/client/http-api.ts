/** One-shot calls to the relay's HTTP routes. The connection machine knows nothing of them; `p-retry` carries them. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { text as textOf } from 'node:stream/consumers'
import {
  CHAT_PATH,
  CircuitList,
  type CircuitView,
  ConversationWithMessages,
  ENVIRONMENT_HEADER,
  ErrorBody,
  ModelList,
  type ModelView,
} from '@speak-code/protocol'
import type { z } from 'zod'
import { CommandError, commandErrorOf } from '../errors.ts'
import { failureOfError, failureOfStatus } from './failure.ts'
import type { RelayAddress, RelayTarget } from './relay-target.ts'

export interface HttpApiOptions {
  readonly relay: Pick<RelayTarget, 'target' | 'token'>
  /** HTTPS_PROXY, NO_PROXY. */
  readonly env?: NodeJS.ProcessEnv
  /** Further tries after a network error or a 503. */
  readonly retries?: number
  /** Pause before the first further try, in milliseconds; each next one is twice as long. */
  readonly retryIntervalMs?: number
}

/** Each call throws CommandError: with the relay's own code, or `relay_unreachable`. */
export interface HttpApi {
  /** undefined: the relay has no such conversation of this user. */
  getConversation(id: string): Promise<ConversationWithMessages | undefined>
  /** Returns whether there was one. */
  deleteConversation(id: string): Promise<boolean>
  listModels(): Promise<readonly ModelView[]>
  /** The circuit breakers that the relay keeps; none at a relay that has no such route. */
  listCircuits(): Promise<readonly CircuitView[]>
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const TIMEOUT_MS = 15_000
const RETRIES = 3
const RETRY_INTERVAL_MS = 250

const conversation = (id: string): string => `/api/conversations/${encodeURIComponent(id)}`

export function createHttpApi(options: HttpApiOptions): HttpApi {
  return {
    getConversation: async (id) => {
      const answer = await unlessNotFound(call(options, 'GET', conversation(id)))
      return answer === undefined ? undefined : read(ConversationWithMessages, answer)
    },
    deleteConversation: async (id) =>
      (await unlessNotFound(call(options, 'DELETE', conversation(id)))) !== undefined,
    listModels: async () => read(ModelList, await call(options, 'GET', '/api/models')).items,
    listCircuits: async () => {
      const answer = await unlessNotFound(call(options, 'GET', '/api/circuits'))
      return answer === undefined ? [] : read(CircuitList, answer).items
    },
  }
}

async function unlessNotFound(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof CommandError && error.code === 'not_found') return undefined
    throw error
  }
}

function read<T>(schema: z.ZodType<T>, answer: Answer): T {
  const parsed = schema.safeParse(jsonOf(answer.body))
  if (parsed.success) return parsed.data
  throw new CommandError('relay_unreachable', 'what answered is no speak-code relay', {
    retryable: false,
  })
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

async function call(
  options: HttpApiOptions,
  method: 'GET' | 'DELETE',
  path: string,
): Promise<Answer> {
  const { default: pRetry } = await import('p-retry')
  const { retries = RETRIES, retryIntervalMs = RETRY_INTERVAL_MS } = options
  return pRetry(() => once(options, method, path), {
    retries,
    minTimeout: retryIntervalMs,
    shouldRetry: ({ error }) =>
      error instanceof CommandError &&
      error.retryable &&
      (error.code === 'relay_unreachable' || error.code === 'draining'),
  })
}

async function once(
  { relay, env = {} }: HttpApiOptions,
  method: 'GET' | 'DELETE',
  path: string,
): Promise<Answer> {
  const address = await relay.target()
  const token = relay.token
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...environmentHeader(address),
  }
  const answer = await send(address, path, { method, headers }, env)
  if (answer.status >= 200 && answer.status < 300) return answer
  const told = ErrorBody.safeParse(jsonOf(answer.body))
  if (told.success) throw commandErrorOf(told.data.error)
  const { code, message, after } = failureOfStatus(
    answer.status,
    answer.headers['retry-after'],
    Date.now(),
  )
  throw new CommandError(code, message, { retryable: after !== 'stop' })
}

/** Only this machine's own relay has an environment in its address. */
function environmentHeader(address: RelayAddress): Readonly<Record<string, string>> {
  if (!('environment' in address)) return {}
  const json = JSON.stringify(address.environment)
  return { [ENVIRONMENT_HEADER]: Buffer.from(json).toString('base64url') }
}

function send(
  address: RelayAddress,
  path: string,
  options: RequestOptions,
  env: NodeJS.ProcessEnv,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const take = (response: IncomingMessage): void => {
    const { statusCode = 0, headers } = response
    textOf(response).then((body) => {
      resolve({ status: statusCode, headers, body })
    }, fail)
  }
  const fail = (error: unknown): void => {
    const { code, message, after } = failureOfError(
      error instanceof Error ? error : new Error(String(error)),
    )
    reject(new CommandError(code, message, { retryable: after !== 'stop', cause: error }))
  }
  const request = open(address, path, options, env, take)
  request.setTimeout(TIMEOUT_MS, () => {
    request.destroy(new Error('the relay did not answer in time'))
  })
  request.on('error', fail)
  request.end()
  return promise
}

function open(
  address: RelayAddress,
  path: string,
  options: RequestOptions,
  env: NodeJS.ProcessEnv,
  take: (response: IncomingMessage) => void,
): ReturnType<typeof httpRequest> {
  if ('socketPath' in address) {
    return httpRequest({ ...options, socketPath: address.socketPath, path }, take)
  }
  const url = new URL(address.url)
  const secure = url.protocol === 'wss:'
  url.protocol = secure ? 'https:' : 'http:'
  url.search = ''
  // A gateway may have put the relay under a path of its own.
  const base = url.pathname.endsWith(CHAT_PATH) ? url.pathname.slice(0, -CHAT_PATH.length) : ''
  url.pathname = `${base}${path}`
  return secure
    ? httpsRequest(url, { ...options, agent: new Agent({ proxyEnv: env }) }, take)
    : httpRequest(url, options, take)
}
