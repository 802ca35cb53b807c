/** The names by which one model is known: with a date, with a dot, behind a gateway. Pure. */

/** The vendors of the catalogue by the hosts of their APIs. */
const VENDOR_HOSTS: ReadonlyMap<string, string> = new Map([
  ['api.openai.com', 'openai'],
  ['api.anthropic.com', 'anthropic'],
  ['generativelanguage.googleapis.com', 'google'],
  ['api.deepseek.com', 'deepseek'],
  ['api.mistral.ai', 'mistral'],
  ['api.x.ai', 'xai'],
  ['api.groq.com', 'groq'],
  ['openrouter.ai', 'openrouter'],
])

/** How OpenRouter calls vendors that call themselves otherwise (https://openrouter.ai/models). */
const OPENROUTER_VENDORS: ReadonlyMap<string, string> = new Map([
  ['mistralai', 'mistral'],
  ['x-ai', 'xai'],
])

/** Whose models a provider serves: by its base URL's host, else by its name. */
export function vendorOf(name: string, baseUrl: string | undefined): string {
  const host = baseUrl !== undefined && URL.canParse(baseUrl) ? new URL(baseUrl).hostname : ''
  return VENDOR_HOSTS.get(host) ?? name.toLowerCase()
}

/** `VENDOR/ID` as the catalogue writes it, for an id as the vendor's API takes it. */
export function vendorKey(vendor: string, id: string): string {
  const bare = vendor === 'google' ? id.replace(/^models\//, '') : id
  if (vendor !== 'openrouter') return `${vendor}/${bare}`
  const slash = bare.indexOf('/')
  const owner = bare.slice(0, Math.max(0, slash))
  return `${OPENROUTER_VENDORS.get(owner) ?? owner}/${bare.slice(slash + 1)}`
}

/**
 * The key without what tells versions of one model apart: the date of a snapshot (`-2025-08-07`, `-20250929`,
 * `@20250929`), `-latest`, Google's `-001`; dots are hyphens, as OpenRouter writes the one for the other.
 */
export function undatedKey(key: string): string {
  return key
    .toLowerCase()
    .replaceAll('.', '-')
    .replace(/(?:-\d{4}-\d{2}-\d{2}|[-@]20\d{6}|-latest)$/, '')
    .replace(/^(google\/.+)-\d{3}$/, '$1')
}
