import { expect, test } from 'vitest'
import { isOrigin } from './origin.ts'

test.each([
  'https://chat.example.com',
  'http://localhost:5173',
  'http://127.0.0.1:8080',
  'http://[::1]:3000',
  'vscode-webview://0abc',
  'tauri://localhost',
])('%s is an origin', (text) => {
  expect(isOrigin(text)).toBe(true)
})

test.each([
  '',
  '*',
  'null',
  'chat.example.com',
  'https://*.example.com',
  'https://chat.example.com/',
  'https://chat.example.com/app',
  'https://chat.example.com:443',
  'https://Chat.example.com',
  'HTTPS://chat.example.com',
  'https://user@chat.example.com',
  'https://chat.example.com?x',
  'tauri://Localhost',
])('%j would match no request', (text) => {
  expect(isOrigin(text)).toBe(false)
})
