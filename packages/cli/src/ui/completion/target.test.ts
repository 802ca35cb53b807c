import { describe, expect, test } from 'vitest'
import { targetAt } from './target.ts'

const at = (marked: string): ReturnType<typeof targetAt> =>
  targetAt(marked.replace('|', ''), marked.indexOf('|'))

describe('what can be completed', () => {
  test('a command, from the slash to the end of the word', () => {
    expect(at('/re|')).toEqual({ kind: 'command', from: 0, to: 3, query: 're' })
    expect(at('/re|try now')).toEqual({ kind: 'command', from: 0, to: 6, query: 're' })
    expect(at('/|')).toMatchObject({ kind: 'command', query: '' })
  })

  test('a command’s argument, whole', () => {
    expect(at('/model gpt|')).toEqual({
      kind: 'argument',
      from: 7,
      to: 10,
      query: 'gpt',
      command: 'model',
    })
    expect(at('/model |')).toMatchObject({ kind: 'argument', query: '' })
  })

  test('a file, after @ at the beginning of a word', () => {
    expect(at('see @src/a|')).toEqual({ kind: 'file', from: 4, to: 10, query: 'src/a' })
    expect(at('@|')).toMatchObject({ kind: 'file', query: '' })
    expect(at('@"my fi|')).toMatchObject({ kind: 'file', query: 'my fi' })
    expect(at('one\n@x|')).toMatchObject({ kind: 'file', from: 4 })
  })

  test.each(['me@example|', 'plain|', '//etc|', 'a /re|', '/re\nmore|', '|', '@a |'])(
    '%j is nothing of the kind',
    (marked) => {
      expect(at(marked)).toBeUndefined()
    },
  )
})
