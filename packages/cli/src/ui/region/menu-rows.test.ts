import { describe, expect, test } from 'vitest'
import { widthOf } from '../../terminal/graphemes.ts'
import { fitted, plainText } from '../../terminal/styled-row.ts'
import type { Menu } from '../completion/menu.ts'
import { menuRows } from './menu-rows.ts'

const menu = (count: number, chosen: number): Menu => ({
  target: { kind: 'command', from: 0, to: 1, query: '' },
  items: Array.from({ length: count }, (_, index) => ({
    label: `/c${index}`,
    hint: `help ${index}`,
    insert: `/c${index}`,
  })),
  chosen,
})

const shown = (...args: Parameters<typeof menuRows>): string[] => menuRows(...args).map(plainText)

describe('the list of completions', () => {
  test('marks what is chosen', () => {
    expect(shown(menu(2, 1), 40, 8)).toEqual(['  /c0  help 0', '❯ /c1  help 1'])
  })

  test('keeps what is chosen in view, and counts the rest', () => {
    const rows = shown(menu(20, 19), 40, 5)
    expect(rows).toHaveLength(5)
    expect(rows).toContain('❯ /c19  help 19')
    expect(rows.at(-1)).toBe('  … 16 more')
  })

  test('is never higher than its room', () => {
    for (const room of [-1, 0, 1, 2, 3]) {
      expect(menuRows(menu(9, 0), 40, room)).toHaveLength(Math.max(0, room))
    }
    expect(menuRows(undefined, 40, 8)).toEqual([])
  })

  test('fits once it is cut, with labels of any width', () => {
    const [only] = menuRows(
      {
        ...menu(1, 0),
        items: [{ label: '日本語'.repeat(20), hint: 'x'.repeat(90), insert: '' }],
      },
      40,
      8,
    )
    expect(widthOf(plainText(fitted(only ?? [], 40)))).toBeLessThanOrEqual(40)
  })
})
