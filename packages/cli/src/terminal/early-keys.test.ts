import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { keepEarlyKeys } from './early-keys.ts'

class Keyboard extends PassThrough {
  isRaw = false

  setRawMode(on: boolean): this {
    this.isRaw = on
    return this
  }
}

async function typed(
  text: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ keyboard: Keyboard; written: string }> {
  const keyboard = new Keyboard()
  let written = ''
  if (text !== '') keyboard.write(text)
  const screen = {
    columns: 20,
    write: (part: string): boolean => {
      written += part
      return true
    },
  }
  await keepEarlyKeys(keyboard, screen, env)
  return { keyboard, written }
}

test('what was typed before comes first, with Enter as raw mode has it; what comes later is as it comes', async () => {
  const { keyboard } = await typed('one\ntwo')
  expect(keyboard.isRaw).toBe(true)
  let heard = ''
  keyboard.on('data', (part) => {
    heard += String(part)
  })
  keyboard.resume()
  keyboard.write('three\n')
  keyboard.end()
  await new Promise((resolve) => {
    keyboard.on('end', resolve)
  })
  expect(heard).toBe('one\rtwothree\n')
})

test.each([
  ['', ''],
  ['word', '\r\u001b[J'],
  ['word\n', '\u001b[1A\r\u001b[J'],
  ['a\nb\nc', '\u001b[2A\r\u001b[J'],
  ['x'.repeat(45), '\u001b[2A\r\u001b[J'],
])('the rows that the terminal showed of %j are erased', async (text, expected) => {
  expect((await typed(text)).written).toBe(expected)
})

test('a terminal that knows no escape sequences gets none', async () => {
  expect((await typed('word', { TERM: 'dumb' })).written).toBe('')
})
