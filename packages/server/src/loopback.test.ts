import { expect, test } from 'vitest'
import { bareHost, isLoopback } from './loopback.ts'

test.each([
  '127.0.0.1',
  '127.255.0.9',
  '::1',
  '[::1]',
  '0:0:0:0:0:0:0:1',
  'localhost',
  'LOCALHOST',
  'chat.localhost',
])('%s stays on this machine', (host) => {
  expect(isLoopback(host)).toBe(true)
})

test.each([
  '0.0.0.0',
  '::',
  '128.0.0.1',
  '127.0.0.1.example',
  '127.1',
  'localhost.example',
  'mylocalhost',
  '',
])('“%s” may be reached from elsewhere', (host) => {
  expect(isLoopback(host)).toBe(false)
})

test('a host without the dress of a URL', () => {
  expect(['[FE80::1]', 'Example.COM', '::1'].map(bareHost)).toEqual([
    'fe80::1',
    'example.com',
    '::1',
  ])
})
