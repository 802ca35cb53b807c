import { Config, keyBindings } from '@speak-code/server/config'
import { expect, test } from 'vitest'
import { DEFAULT_KEY_NAMES, keyLabel, keyNames } from './key-names.ts'

const bindings = (keys: object): ReturnType<typeof keyBindings> =>
  keyBindings(Config.parse({ keys }).keys)

test('without [keys] the names are those of the contract', () => {
  expect(keyNames(bindings({}), false)).toEqual(DEFAULT_KEY_NAMES)
})

test('Shift-Enter is offered only where the kitty keyboard is on', () => {
  expect(keyNames(bindings({}), true).newline).toBe('Shift-Enter')
  expect(keyNames(bindings({ newline: 'shift-enter' }), false).newline).toBeUndefined()
})

test('names follow [keys], and an action without a key has none', () => {
  const names = keyNames(bindings({ stop: 'ctrl-x ctrl-k', leave: [], stash: ['f5'] }), false)
  expect(names).toMatchObject({ stop: 'Ctrl-X Ctrl-K', stash: 'F5' })
  expect(names).not.toHaveProperty('leave')
})

test.each([
  ['ctrl-_', 'Ctrl-_'],
  ['alt--', 'Alt--'],
  ['alt-<', 'Alt-<'],
  ['pageup', 'PgUp'],
  ['ctrl-alt-up', 'Ctrl-Alt-↑'],
])('%s is called %s', (key, label) => {
  expect(keyLabel(key)).toBe(label)
})
