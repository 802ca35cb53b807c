import { describe, expect, it } from 'vitest'
import { alignedTable } from './table.ts'

describe('aligned tables', () => {
  it('columns are as wide as what a terminal shows', () => {
    const rows = [
      ['ID', 'TITLE', 'N'],
      ['東京', 'tower', '1'],
      ['a', '👩🏽‍💻', '22'],
    ]
    expect(alignedTable(rows)).toBe('ID    TITLE  N\n東京  tower  1\na     👩🏽‍💻     22\n')
  })

  it('the last column is cut at a whole character to the width', () => {
    const rows = [['id', '東京都庁に行くtower']]
    expect(alignedTable(rows, 16)).toBe('id  東京都庁に…\n')
    expect(alignedTable(rows, 80)).toBe('id  東京都庁に行くtower\n')
    expect(alignedTable([['id', 'a👩🏽‍💻👩🏽‍💻👩🏽‍💻👩🏽‍💻👩🏽‍💻👩🏽‍💻👩🏽‍💻']], 16)).toBe('id  a👩🏽‍💻👩🏽‍💻👩🏽‍💻👩🏽‍💻👩🏽‍💻…\n')
  })

  it('no rows are no lines', () => {
    expect(alignedTable([])).toBe('')
  })
})
