/** The configuration, for relay and client alike. */
export { Config, ProviderConfig } from './schema.ts'
export { ConfigError, loadConfig, type LoadedConfig } from './load.ts'
