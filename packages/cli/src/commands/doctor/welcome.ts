/** Whether a relay lets us in. */
import { CloseCode, encode, parseServerMessage, type WelcomeMessage } from '@speak-code/protocol'
import { type Failure, failureOfClose, unreachable } from '../../client/failure.ts'
import type { Link, OpenLink } from '../../client/relay-link.ts'
import type { RelayAddress } from '../../client/relay-target.ts'

export type Greeting =
  | { readonly welcome: WelcomeMessage }
  /** What the relay itself said goes first. */
  | { readonly failure: Pick<Failure, 'code' | 'message'> }

export interface Greeter {
  readonly open: OpenLink
  readonly version: string
  readonly token: string | undefined
  readonly timeoutMs: number
}

/** Says hello, hears the welcome, leaves. Never rejects. */
export async function greet(address: RelayAddress, greeter: Greeter): Promise<Greeting> {
  const { promise, resolve } = Promise.withResolvers<Greeting>()
  const timer = setTimeout(() => {
    const seconds = greeter.timeoutMs / 1000
    resolve({ failure: unreachable(`the relay has not answered within ${String(seconds)} s`) })
  }, greeter.timeoutMs)
  const link: Link = greeter.open(address, {
    opened: () => {
      link.send(hello(address, greeter))
    },
    failed: (failure) => {
      resolve({ failure })
    },
    message: (text) => {
      const parsed = parseServerMessage(text)
      if (parsed.kind === 'bad') resolve({ failure: unreachable(parsed.reason) })
      if (parsed.kind !== 'message') return
      const { message } = parsed
      if (message.type === 'welcome') resolve({ welcome: message })
      if (message.type === 'error') resolve({ failure: message })
    },
    alive: () => undefined,
    garbled: (reason) => {
      resolve({ failure: unreachable(reason) })
    },
    closed: (code, reason) => {
      resolve({ failure: failureOfClose(code, reason) })
    },
  })
  const greeting = await promise
  clearTimeout(timer)
  link.close(CloseCode.normal)
  return greeting
}

function hello(address: RelayAddress, { version, token }: Greeter): string {
  const environment = 'environment' in address ? address.environment : undefined
  return encode({
    type: 'hello',
    client: { name: 'speak-code doctor', version },
    ...(token === undefined ? {} : { token }),
    ...(environment === undefined ? {} : { environment }),
  })
}
