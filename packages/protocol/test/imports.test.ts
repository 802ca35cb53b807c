/** The protocol runs in a browser: it imports zod and itself, nothing of Node. */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const sources = globSync('src/**/*.ts', { cwd: new URL('..', import.meta.url) }).filter(
  (file) => !file.endsWith('.test.ts'),
)

test.each(sources)(
  '%s imports nothing but zod and its neighbours, and uses no global of Node',
  (file) => {
    const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
    const imported = [...text.matchAll(/\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    )
    expect(imported.filter((name) => name !== 'zod' && !name.startsWith('./'))).toEqual([])
    expect(text).not.toMatch(/\b(process|Buffer|require|__dirname|setImmediate)\b[.(]/)
  },
)

test('there are sources to look at', () => {
  expect(sources).toContain('src/codec.ts')
})
