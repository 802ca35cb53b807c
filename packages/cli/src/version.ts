import { readFileSync } from 'node:fs'

/** The program's version, from the package's own description one folder above the code. */
export function version(): string {
  const description: unknown = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  return typeof description === 'object' &&
    description !== null &&
    'version' in description &&
    typeof description.version === 'string'
    ? description.version
    : '0.0.0'
}
