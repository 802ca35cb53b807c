/** The configuration, for relay and client alike. */
export { ConfigError } from './config-error.ts'
export { formatValue, isTomlTable, parseDocument, parseValue } from './document.ts'
export { formatKey, parseKey } from './key-path.ts'
export { INTERRUPT_KEY, keyActions, keyBindings, type KeyAction, type KeysConfig } from './keys.ts'
export { loadConfig, parseConfig, readSource, type LoadedConfig } from './load.ts'
export {
  ANY_NAME,
  formatPattern,
  keysUnder,
  schemaKeys,
  unknownKey,
  valueKind,
} from './schema-keys.ts'
export { findModel, meantModel, type NamedProvider } from './model-names.ts'
export { DEFAULT_FALLBACK, followAlias } from './model-references.ts'
export { Config, ProviderConfig } from './schema.ts'
export { type ThemeConfig } from './theme.ts'
export { startsWith, tomlOutline, type TomlEntry } from './toml-outline.ts'
