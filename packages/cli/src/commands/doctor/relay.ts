/** Whether the relay that a chat would use lets us in: the configured one, or this machine's own. */
import { LocalRelay } from '../../client/local-relay.ts'
import { type RelayTarget, relayTarget, type TargetOptions } from '../../client/relay-target.ts'
import { webSocketLinks } from '../../client/ws-link.ts'
import { type Check, messageOf } from './check.ts'
import { greet, type Greeting } from './welcome.ts'

const GREETING_TIMEOUT_MS = 5000

/** Where none is configured this machine's own is started, as a chat would; it leaves after idling. */
export async function checkRelay(options: TargetOptions): Promise<Check> {
  const relay = relayTarget(options)
  return relay.configured ? checkConfigured(relay, options) : checkOwn(relay, options)
}

async function checkConfigured(relay: RelayTarget, options: TargetOptions): Promise<Check> {
  const facts = { configured: true, url: relay.label }
  const greeting = await greetingOf(relay, options)
  if ('failure' in greeting) {
    const { code, message } = greeting.failure
    return problem(
      `the configured relay ${relay.label}: ${message}`,
      code === 'unauthenticated' || code === 'token_expired'
        ? 'Set the relay’s token: export SPEAK_CODE_TOKEN=…'
        : 'Check its address (--server, SPEAK_CODE_SERVER or [server] url) and that it runs. Without an address this machine’s own relay is used.',
      facts,
    )
  }
  const { server, defaultModel } = greeting.welcome
  return {
    id: 'relay',
    status: 'ok',
    detail: `the configured relay ${relay.label} answers (version ${server.version}, model ${defaultModel})`,
    facts: { ...facts, version: server.version, defaultModel },
  }
}

async function checkOwn(relay: RelayTarget, options: TargetOptions): Promise<Check> {
  let facts: Readonly<Record<string, unknown>> = { configured: false }
  let log: string | undefined
  try {
    const own = new LocalRelay(options)
    log = own.files.log
    const greeting = await greetingOf(relay, options)
    const status = await own.status()
    facts = {
      ...facts,
      pid: status?.pid,
      version: status?.version,
      socket: status?.socket ?? own.files.socket,
      log,
    }
    if ('failure' in greeting) throw new Error(greeting.failure.message)
    const { defaultModel } = greeting.welcome
    return {
      id: 'relay',
      status: 'ok',
      detail: `this machine’s own relay answers (pid ${String(status?.pid)}, version ${greeting.welcome.server.version}, model ${defaultModel}); socket ${status?.socket ?? own.files.socket}; log ${log}`,
      facts: { ...facts, defaultModel },
    }
  } catch (error) {
    return problem(
      `this machine’s own relay cannot be used: ${messageOf(error)}`,
      log === undefined ? undefined : `Its log may say more: ${log}`,
      facts,
    )
  }
}

async function greetingOf(relay: RelayTarget, options: TargetOptions): Promise<Greeting> {
  return greet(await relay.target(), {
    open: webSocketLinks(options.env),
    version: options.version,
    token: relay.token,
    timeoutMs: GREETING_TIMEOUT_MS,
  })
}

function problem(
  detail: string,
  fix: string | undefined,
  facts: Readonly<Record<string, unknown>>,
): Check {
  return { id: 'relay', status: 'problem', detail, fix, facts }
}
