import { describe, expect, test } from 'vitest'
import { EMPTY_FRAME, readInk } from './ink-frame.ts'

const ESC = '\u001b['

describe('what Ink draws', () => {
  const first = readInk(
    EMPTY_FRAME,
    `${ESC}?25l${ESC}2mheader${ESC}22m\n> input\nstatus\n${ESC}2A${ESC}3G${ESC}?25h`,
  )

  test('is rows with their looks, and where the cursor stands', () => {
    expect(first).toEqual({
      frame: {
        rows: [`${ESC}2mheader${ESC}22m`, '> input', 'status'],
        y: 1,
        x: 2,
        isCursorShown: true,
      },
      through: '',
    })
  })

  test('is replaced where Ink erases it and draws it again, lower or higher', () => {
    const erased = `${ESC}?25l${ESC}2B${ESC}1G${`${ESC}2K${ESC}1A`.repeat(3)}${ESC}2K${ESC}G`
    const lower = readInk(first.frame, `${erased}> input\n${ESC}1A${ESC}3G${ESC}?25h`)
    expect(lower.frame).toMatchObject({ rows: ['> input'], y: 0, x: 2 })
    const higher = readInk(first.frame, `${erased}a\nb\nc\nd\n${ESC}4A${ESC}1G${ESC}?25h`)
    expect(higher.frame).toMatchObject({ rows: ['a', 'b', 'c', 'd'], y: 0, x: 0 })
  })

  test('may be the cursor alone', () => {
    const moved = readInk(first.frame, `${ESC}?25l${ESC}2B${ESC}1G${ESC}2A${ESC}9G${ESC}?25h`)
    expect(moved.frame).toEqual({ ...first.frame, x: 8 })
  })

  test('has no marks of frames, and lets modes of keyboard and paste through', () => {
    const write = `${ESC}?2026h${ESC}?2004h${ESC}>5u${ESC}?u${ESC}?2026l`
    expect(readInk(first.frame, write)).toEqual({
      frame: first.frame,
      through: `${ESC}?2004h${ESC}>5u${ESC}?u`,
    })
  })
})
