import { Config, keyActions } from '@speak-code/server/config'
import { expect, test } from 'vitest'
import { isEdit, keyHelp, KeyMap } from './key-map.ts'

const map = (keys: object = {}): KeyMap => new KeyMap(Config.parse({ keys }).keys)

test('the keys of the contract do what it says', () => {
  const keys = map()
  for (const [key, command] of [
    ['enter', 'send'],
    ['ctrl-j', 'newline'],
    ['shift-enter', 'newline'],
    ['alt-enter', 'newline'],
    ['escape', 'stop'],
    ['ctrl-c', 'interrupt'],
    ['ctrl-d', 'leave'],
    ['ctrl-r', 'reconnect'],
    ['ctrl-f', 'search'],
    ['ctrl-g', 'editor'],
    ['ctrl-x ctrl-e', 'editor'],
    ['ctrl-l', 'redraw'],
    ['ctrl-t', 'reasoning'],
    ['ctrl-s', 'stash'],
    ['up', 'previous'],
    ['down', 'next'],
    ['ctrl-z', 'suspend'],
    ['ctrl-_', 'undo'],
  ] as const) {
    expect(keys.find(key), key).toBe(command)
  }
  expect(keys.find('ctrl-x')).toBe('prefix')
  expect(keys.find('f11')).toBeUndefined()
})

test('Ctrl-C interrupts whatever is bound', () => {
  const none = Object.fromEntries(keyActions().map((action) => [action, []]))
  expect(map(none).find('ctrl-c')).toBe('interrupt')
  expect(map(none).find('enter')).toBeUndefined()
})

test('an edit changes the text, and nothing else does', () => {
  expect(isEdit('yank_pop')).toBe(true)
  expect(isEdit('interrupt')).toBe(false)
  expect(isEdit('send')).toBe(false)
})

test('/help tells of the keys as they are bound, and not of actions without one', () => {
  const help = new Map(keyHelp(map({ stash: ['f5', 'f6'], search: [] })).map(([k, v]) => [v, k]))
  expect(help.get('put the draft away, bring it back')).toBe('F5, F6')
  expect(help.get('search prompts and conversations')).toBeUndefined()
  expect(help.get('write in your editor')).toBe('Ctrl-G, Ctrl-X Ctrl-E')
})
