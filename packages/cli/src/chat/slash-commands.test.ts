import { describe, expect, test } from 'vitest'
import { readInput, SLASH_COMMANDS } from './slash-commands.ts'

describe('what was typed', () => {
  test.each([
    ['/help', { type: 'command', name: 'help', argument: '' }],
    ['/Model openai/gpt-x ', { type: 'command', name: 'model', argument: 'openai/gpt-x' }],
    ['/rename a new  title', { type: 'command', name: 'rename', argument: 'a new  title' }],
    ['//etc/hosts', { type: 'text', text: '/etc/hosts' }],
    ['/first\nsecond', { type: 'text', text: '/first\nsecond' }],
    [' /help', { type: 'text', text: ' /help' }],
    ['plain', { type: 'text', text: 'plain' }],
  ])('%j', (typed, read) => {
    expect(readInput(typed)).toEqual(read)
  })
})

test('no two commands share a name', () => {
  const names = SLASH_COMMANDS.flatMap((command) => command.names)
  expect(new Set(names).size).toBe(names.length)
})
