import type { Key } from 'ink'
import { describe, expect, test } from 'vitest'
import { keyPresses } from './keys.ts'

const NO_KEY: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
}

const pressed = (input: string, key: Partial<Key> = {}): unknown =>
  keyPresses(input, { ...NO_KEY, ...key })
const named = (name: string): unknown => ({ type: 'key', name })
const text = (typed: string): unknown => ({ type: 'text', text: typed })

describe('keys', () => {
  test('have names', () => {
    expect(pressed('a', { ctrl: true })).toEqual([named('ctrl-a')])
    expect(pressed('b', { meta: true })).toEqual([named('meta-b')])
    expect(pressed('', { return: true, meta: true })).toEqual([named('meta-enter')])
    expect(pressed('\r', { return: true, shift: true })).toEqual([named('shift-enter')])
    expect(pressed('', { leftArrow: true, ctrl: true })).toEqual([named('ctrl-left')])
    expect(pressed('_', { ctrl: true })).toEqual([named('ctrl-_')])
  })

  test('that have a number of their own are still the old keys', () => {
    expect(pressed('m', { ctrl: true })).toEqual([named('enter')])
    expect(pressed('j', { ctrl: true })).toEqual([named('ctrl-j')])
    expect(pressed('\n')).toEqual([named('ctrl-j')])
  })

  test('that are let go, or held with a key that is nobody’s, do nothing', () => {
    expect(pressed('a', { eventType: 'release' })).toEqual([])
    expect(pressed('a', { super: true })).toEqual([])
  })

  test('a capital letter is text', () => {
    expect(pressed('A', { shift: true })).toEqual([text('A')])
  })
})

describe('many keys in one chunk', () => {
  test('fast typing with Enter at its end sends', () => {
    expect(pressed('hello\r')).toEqual([text('hello'), named('enter')])
  })

  test('Enter before the next words comes first', () => {
    expect(pressed('\rnext')).toEqual([named('enter'), text('next')])
  })

  test('several lines are a paste, which never sends', () => {
    expect(pressed('one\rtwo\r')).toEqual([{ type: 'paste', text: 'one\rtwo\r' }])
  })

  test('control keys among the letters are keys', () => {
    expect(pressed('ab\u0001c')).toEqual([text('ab'), named('ctrl-a'), text('c')])
  })
})
