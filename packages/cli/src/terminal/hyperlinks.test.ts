import { afterEach, expect, test, vi } from 'vitest'
import { CLOSE_HYPERLINK, openHyperlink, wantsHyperlinks } from './hyperlinks.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('a link has its URL, and the same id wherever it stands', () => {
  const open = openHyperlink('https://example.com/a?b=c#d')
  const [id = ''] = /id=[0-9a-z]+/.exec(open ?? '') ?? []
  expect(id).not.toBe('')
  expect(open).toBe(`\u001b]8;${id};https://example.com/a?b=c#d\u001b\\`)
  expect(openHyperlink('https://example.com/a?b=c#d')).toBe(open)
  expect(openHyperlink('https://example.com/other')).not.toContain(id)
  expect(CLOSE_HYPERLINK).toBe('\u001b]8;;\u001b\\')
})

test.each([
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:text/html,x',
  'a/relative/path',
  '#anchor',
  '',
  `https://example.com/${'a'.repeat(3000)}`,
])('%.30s is no link to open', (url) => {
  expect(openHyperlink(url)).toBeUndefined()
})

test('what could end the sequence is encoded', () => {
  const open = openHyperlink('https://example.com/\u001b\\ \u0007é') ?? ''
  expect(open.slice(1, -2)).toMatch(/^[\x21-\x7e]+$/)
})

test('only a terminal that is known to show links gets them', () => {
  const terminal = { isTTY: true }
  for (const name of ['CI', 'FORCE_HYPERLINK', 'NETLIFY', 'TEAMCITY_VERSION', 'VTE_VERSION'])
    vi.stubEnv(name, undefined)
  vi.stubEnv('FORCE_COLOR', '1')
  vi.stubEnv('TERM_PROGRAM', 'ghostty')
  expect(wantsHyperlinks(true, terminal)).toBe(true)
  expect(wantsHyperlinks(false, terminal)).toBe(false)
  expect(wantsHyperlinks(true, { isTTY: false })).toBe(false)
  vi.stubEnv('TERM_PROGRAM', 'Apple_Terminal')
  expect(wantsHyperlinks(true, terminal)).toBe(false)
})
