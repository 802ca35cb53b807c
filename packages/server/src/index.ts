/** The relay, for the commands that run it. */
export { RelayStartError, type ListenOptions } from './addresses.ts'
export type { LogDestination } from './log.ts'
export { isLoopback } from './loopback.ts'
export { providerProbes, type ProviderProbe } from './providers/probe.ts'
export type { Relay } from './relay.ts'
export { startRelay, type RelayOptions } from './server.ts'
