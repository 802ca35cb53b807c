import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KeyDecoder, type Decoded } from './key-decoder.ts'

const ESC = '\u001b'
const key = (name: string): Decoded => ({ type: 'key', name })
const text = (typed: string): Decoded => ({ type: 'text', text: typed })

/** What comes of chunks, and of nothing more after them. */
function decoded(...chunks: readonly string[]): Decoded[] {
  const decoder = new KeyDecoder()
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.flush()]
}

describe('keys', () => {
  test.each([
    ['\r', 'enter'],
    ['\n', 'ctrl-j'],
    ['\t', 'tab'],
    ['\u007f', 'backspace'],
    ['\b', 'backspace'],
    ['\u0001', 'ctrl-a'],
    ['\u001f', 'ctrl-_'],
    ['\u0000', 'ctrl-space'],
    [ESC, 'escape'],
    [`${ESC}\r`, 'alt-enter'],
    [`${ESC}b`, 'alt-b'],
    [`${ESC}B`, 'alt-b'],
    [`${ESC}<`, 'alt-<'],
    [`${ESC}_`, 'alt-_'],
    [`${ESC}[`, 'alt-['],
    [`${ESC}O`, 'alt-o'],
    [`${ESC}\u007f`, 'alt-backspace'],
    [`${ESC}[A`, 'up'],
    [`${ESC}OA`, 'up'],
    [`${ESC}[1;5D`, 'ctrl-left'],
    [`${ESC}[1;3A`, 'alt-up'],
    [`${ESC}${ESC}[A`, 'alt-up'],
    [`${ESC}[3~`, 'delete'],
    [`${ESC}[3;5~`, 'ctrl-delete'],
    [`${ESC}[5~`, 'pageup'],
    [`${ESC}[H`, 'home'],
    [`${ESC}[4~`, 'end'],
    [`${ESC}[Z`, 'shift-tab'],
    [`${ESC}OM`, 'enter'],
    [`${ESC}[15~`, 'f5'],
  ])('%j is %s', (sequence, name) => {
    expect(decoded(sequence)).toEqual([key(name)])
  })

  test.each([
    [`${ESC}[13;2u`, 'shift-enter'],
    [`${ESC}[13;5u`, 'ctrl-enter'],
    [`${ESC}[57414u`, 'enter'],
    [`${ESC}[27u`, 'escape'],
    [`${ESC}[99;5u`, 'ctrl-c'],
    [`${ESC}[109;5u`, 'enter'],
    [`${ESC}[122;6u`, 'ctrl-shift-z'],
    [`${ESC}[45:95;6u`, 'ctrl-_'],
    [`${ESC}[44:60;4u`, 'alt-<'],
    [`${ESC}[1089::99;5u`, 'ctrl-c'],
    [`${ESC}[99;69u`, 'ctrl-c'],
    [`${ESC}[127;3u`, 'alt-backspace'],
    [`${ESC}[1;1:2A`, 'up'],
  ])('of the Kitty protocol: %j is %s', (sequence, name) => {
    expect(decoded(sequence)).toEqual([key(name)])
  })

  test.each([
    [`${ESC}[27;2;13~`, 'shift-enter'],
    [`${ESC}[27;5;13~`, 'ctrl-enter'],
    [`${ESC}[27;5;95~`, 'ctrl-_'],
  ])('of modifyOtherKeys: %j is %s', (sequence, name) => {
    expect(decoded(sequence)).toEqual([key(name)])
  })

  test('that write text, of the Kitty protocol', () => {
    expect(decoded(`${ESC}[97u`, `${ESC}[97;2u`, `${ESC}[228;1;228u`, `${ESC}[57400u`)).toEqual([
      text('a'),
      text('A'),
      text('ä'),
      text('1'),
    ])
  })

  test('that are let go, or held with Super, are nobody’s', () => {
    expect(decoded(`${ESC}[97;1:3u`, `${ESC}[99;9u`, `${ESC}[1;1:3A`)).toEqual([])
  })

  test('in a row, with text between', () => {
    expect(decoded(`ab\u0001${ESC}[Dé日\r`)).toEqual([
      text('ab'),
      key('ctrl-a'),
      key('left'),
      text('é日'),
      key('enter'),
    ])
  })

  test('twice Escape is twice Escape', () => {
    expect(decoded(ESC + ESC)).toEqual([key('escape'), key('escape')])
  })
})

const paste = (pasted: string): string => `${ESC}[200~${pasted}${ESC}[201~`

describe('pastes', () => {
  test('are whole, whatever they hold, in however many pieces', () => {
    const pasted = fc.string({
      unit: fc.constantFrom('a', '\r', '\n', '\t', ESC, '[', '2', '0', '日', '\u0003', '~'),
    })
    fc.assert(
      fc.property(pasted, fc.integer({ min: 1, max: 9 }), (source, size) => {
        fc.pre(!source.includes(`${ESC}[201~`) && source !== '')
        const whole = `x${paste(source)}y`
        const decoder = new KeyDecoder()
        const got: Decoded[] = []
        for (let at = 0; at < whole.length; at += size) {
          got.push(...decoder.push(whole.slice(at, at + size)))
        }
        expect(got).toEqual([text('x'), { type: 'paste', text: source }, text('y')])
      }),
    )
  })

  test('that never end are given out in the end', () => {
    expect(decoded(`${ESC}[200~half`)).toEqual([{ type: 'paste', text: 'half' }])
  })
})

describe('what is no key', () => {
  const JUNK: Readonly<Record<string, string>> = {
    'a colour reply': `${ESC}]11;rgb:1e1e/1e1e/1e1e${ESC}\\`,
    'a title with a bell': `${ESC}]0;title\u0007`,
    'a DCS reply': `${ESC}P1$r0m${ESC}\\`,
    'an APC string': `${ESC}_Gi=1;OK${ESC}\\`,
    'a privacy message': `${ESC}^secret${ESC}\\`,
    'device attributes': `${ESC}[?62;1;2c`,
    'a cursor report': `${ESC}[12;40R`,
    'a mode report': `${ESC}[?2026;2$y`,
    'focus in': `${ESC}[I`,
    'focus out': `${ESC}[O`,
    'a mouse report': `${ESC}[<0;10;20M`,
    'a mouse release': `${ESC}[<0;10;20m`,
    'an old mouse report': `${ESC}[M !!`,
    'a stray end of a paste': `${ESC}[201~`,
    'an unknown CSI': `${ESC}[99;99X`,
    'an unknown function key': `${ESC}[99~`,
    'an unknown SS3': `${ESC}Oz`,
    'a CSI of one byte': '\u009b?1;2c',
    'a window report': `${ESC}[4;600;800t`,
  }

  test.each(Object.entries(JUNK))('%s reaches nobody', (_, junk) => {
    expect(decoded(`a${junk}b`)).toEqual([text('a'), text('b')])
  })

  test('a reply about the Kitty protocol is for whoever asked', () => {
    expect(decoded(`${ESC}[?1u`)).toEqual([{ type: 'reply', sequence: `${ESC}[?1u` }])
  })

  test('cut anywhere, junk still reaches nobody, and no letter around it is lost', () => {
    const piece = fc.constantFrom(...Object.values(JUNK))
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), fc.nat(400), (pieces, cut) => {
        const whole = `a${pieces.join('')}b`
        const at = cut % whole.length
        const all = decoded(whole.slice(0, at), whole.slice(at))
        const typed = all.map((one) => (one.type === 'text' ? one.text : one.type)).join('')
        expect(typed).toBe('ab')
      }),
    )
  })

  test('half a sequence is forgotten, and what is typed later is typed', () => {
    const decoder = new KeyDecoder()
    for (const half of [`${ESC}[12;`, `${ESC}]0;ti`, `${ESC}P1$`]) {
      expect(decoder.push(half)).toEqual([])
      expect(decoder.flush()).toEqual([])
      expect(decoder.push('x')).toEqual([text('x')])
    }
  })

  test('Ctrl-C gets through an unfinished string', () => {
    expect(decoded(`${ESC}]0;title\u0003`)).toEqual([key('ctrl-c')])
  })
})
