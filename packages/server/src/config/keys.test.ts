import { describe, expect, test } from 'vitest'
import { keyActions, keyBindings, parseBinding } from './keys.ts'
import { parseConfig } from './load.ts'

const bindings = (source: string): ReadonlyMap<string, string> =>
  keyBindings(parseConfig(source, 'f').config.keys)
const refusal = (source: string): string => {
  try {
    parseConfig(source, 'f')
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return 'accepted'
}

describe('the name of a key', () => {
  test.each([
    ['Ctrl-G', 'ctrl-g'],
    ['meta-B', 'alt-b'],
    ['shift-alt-ctrl-Up', 'ctrl-alt-shift-up'],
    ['alt-<', 'alt-<'],
    ['alt--', 'alt--'],
    ['ctrl-m', 'enter'],
    ['ctrl-h', 'backspace'],
    ['esc', 'escape'],
    ['F12', 'f12'],
    ['ctrl-x  ctrl-e', 'ctrl-x ctrl-e'],
  ])('%s is %s', (source, name) => {
    expect(parseBinding(source)).toBe(name)
  })

  test.each([
    '',
    'a',
    'A',
    'hyper-a',
    'ctrl-',
    'shift-a',
    'ctrl-nokey',
    'space',
    'ctrl-a b',
    'x y z',
  ])('%j is none, or writes text', (source) => {
    expect(parseBinding(source)).toBeUndefined()
  })
})

describe('[keys]', () => {
  test('without the table every action has its keys, and none has Ctrl-C', () => {
    const all = bindings('')
    expect(new Set(all.values())).toEqual(new Set(keyActions()))
    expect(all.get('enter')).toBe('send')
    expect(all.get('ctrl-f')).toBe('search')
    expect([...all.keys()].filter((key) => key.includes('ctrl-c'))).toEqual([])
  })

  test('a key goes to the action that is given it, and leaves its default', () => {
    const moved = bindings('[keys]\nsearch = "ctrl-r"')
    expect(moved.get('ctrl-r')).toBe('search')
    expect(moved.get('ctrl-f')).toBeUndefined()
    expect([...moved.values()]).not.toContain('reconnect')
  })

  test('the beginning of a sequence cannot be a key of its own as well', () => {
    const moved = bindings('[keys]\nstash = "ctrl-x"')
    expect(moved.get('ctrl-x')).toBe('stash')
    expect(moved.get('ctrl-x ctrl-e')).toBeUndefined()
    expect(moved.get('ctrl-g')).toBe('editor')
  })

  test('an action without keys', () => {
    expect([...bindings('[keys]\nsuspend = []').values()]).not.toContain('suspend')
  })

  test.each([
    ['[keys]\nfly = "f1"', 'f, line 2: keys.fly is an unknown key'],
    ['[keys]\n\nundo = "q"', 'f, line 3: keys.undo must be a key such as "ctrl-g"'],
    ['[keys]\nundo = ["f1", "nokey"]', 'f, line 2: keys.undo'],
    ['[keys]\nundo = 7', 'f, line 2: keys.undo must be a key'],
    [
      '[keys]\nundo = "f5"\nredo = ["f6", "F5"]',
      'f, line 3: keys.redo has the key f5, which keys.undo has too',
    ],
    ['[keys]\nundo = "f5 f6"\nredo = "f5"', 'f, line 3: keys.redo has the key f5'],
    [
      '[keys]\nstash = "ctrl-c"',
      'f, line 2: keys.stash must not use ctrl-c, which always interrupts',
    ],
  ])('%j is refused with its line', (source, sentence) => {
    expect(refusal(source)).toContain(sentence)
  })
})
