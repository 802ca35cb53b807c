import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstSeen, moveSelection, type Motion } from './list-window.ts'
import { pick, pickerWith, seenItems, selectedItem, type Picker } from './picker-state.ts'

const WORDS = {
  title: 'T',
  placeholder: 'P',
  hints: [],
  empty: 'none',
  rows: { wide: 1, narrow: 1 },
}

const items = (...keys: string[]) => keys.map((key) => ({ key, title: `title ${key}` }))

function listed(count: number, fits = 3): Picker {
  const keys = Array.from({ length: count }, (_, index) => String(index))
  return pick(pickerWith(WORDS, '', fits), {
    type: 'found',
    found: { items: items(...keys), more: false },
  })
}

const typed = (picker: Picker, text: string): Picker =>
  pick(picker, { type: 'edit', edit: { type: 'insert', text } })

describe('a picker', () => {
  test('begins with its query, on one line, and the first item', () => {
    const picker = pickerWith(WORDS, ' two\nwords ', 3)
    expect(picker.query.text).toBe('two words')
    expect(selectedItem(picker)).toBeUndefined()
    expect(selectedItem(listed(5))?.key).toBe('0')
  })

  test('a pasted line break becomes a space', () => {
    expect(typed(listed(1), 'a\nb').query.text).toBe('a b')
  })

  test('another query selects the first of what is found', () => {
    const moved = pick(listed(9), { type: 'move', motion: 'last' })
    expect(moved).toMatchObject({ selected: 8, first: 6 })
    const asked = typed(moved, 'x')
    // What was found before stays until the next is there.
    expect(asked.selected).toBe(8)
    const found = pick(asked, { type: 'found', found: { items: items('7', '8'), more: false } })
    expect(found).toMatchObject({ selected: 0, first: 0 })
  })

  test('more for the same query keeps what is selected, wherever it stands then', () => {
    const moved = pick(listed(4), { type: 'move', motion: 'next' })
    const found = pick(moved, {
      type: 'found',
      found: { items: items('a', 'b', '0', '1', '2'), more: true },
    })
    expect(selectedItem(found)?.key).toBe('1')
    expect(seenItems(found).map(({ key }) => key)).toContain('1')
  })

  test('what is found later and better is selected, unless the selection was moved', () => {
    const found = pick(listed(4), {
      type: 'found',
      found: { items: items('better', '0', '1'), more: false },
    })
    expect(selectedItem(found)?.key).toBe('better')
  })

  test('a selected item that is gone gives its place to the next', () => {
    const moved = pick(listed(4), { type: 'move', motion: 'last' })
    const found = pick(moved, { type: 'found', found: { items: items('x', 'y'), more: false } })
    expect(found.selected).toBe(1)
  })

  test('another list keeps the query and begins anew', () => {
    const words = { ...WORDS, title: 'other' }
    const picker = typed(pick(listed(4), { type: 'move', motion: 'last' }), 'q')
    const turned = pick(picker, { type: 'turned', words })
    expect(turned).toMatchObject({ words, items: [], selected: 0, first: 0 })
    expect(turned.query.text).toBe('q')
  })

  test('a page leaves one item in sight', () => {
    const down = pick(listed(9), { type: 'move', motion: 'pageDown' })
    expect(down.selected).toBe(2)
    expect(pick(down, { type: 'move', motion: 'pageUp' }).selected).toBe(0)
  })
})

const MOTIONS: readonly Motion[] = ['previous', 'next', 'pageUp', 'pageDown', 'first', 'last']

type Step = { readonly motion: Motion } | { readonly fits: number } | { readonly count: number }

test('whatever is pressed, found or resized: the selected item is in the list and on the screen, which is full', () => {
  const step = fc.oneof(
    fc.constantFrom(...MOTIONS).map((motion): Step => ({ motion })),
    fc.integer({ min: 1, max: 12 }).map((fits): Step => ({ fits })),
    fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })).map((count): Step => ({ count })),
  )
  const seen = { scrolled: 0, empty: 0, shrunk: 0 }
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      let picker = listed(20, 5)
      for (const next of steps) {
        const before = picker.items.length
        if ('motion' in next) picker = pick(picker, { type: 'move', motion: next.motion })
        else if ('fits' in next) picker = pick(picker, { type: 'fits', fits: next.fits })
        else {
          const { items: of } = listed(next.count)
          picker = pick(picker, { type: 'found', found: { items: of, more: false } })
        }
        const { selected, first, fits, items: all } = picker
        if (first > 0) seen.scrolled += 1
        if (all.length === 0) seen.empty += 1
        if (all.length < before) seen.shrunk += 1
        expect(seenItems(picker).length).toBe(Math.min(fits, all.length))
        expect(selected).toBeGreaterThanOrEqual(first)
        expect(selected).toBeLessThan(Math.max(1, Math.min(first + fits, all.length)))
      }
    }),
  )
  process.stdout.write(`picker windows: ${JSON.stringify(seen)}\n`)
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20)
})

test('the window moves as little as it can', () => {
  const places = { min: 0, max: 50 }
  fc.assert(
    fc.property(
      fc.integer(places),
      fc.integer({ min: 0, max: 49 }),
      fc.integer({ min: 1, max: 10 }),
      (first, selected, fits) => {
        const next = firstSeen(first, selected, fits, 50)
        const wasSeen = selected >= first && selected < first + fits && first <= 50 - fits
        expect(next === first || !wasSeen).toBe(true)
        expect(selected).toBeGreaterThanOrEqual(next)
        expect(selected).toBeLessThan(next + fits)
      },
    ),
  )
})

test('nothing moves in an empty list', () => {
  for (const motion of MOTIONS) expect(moveSelection(0, motion, 5, 0)).toBe(0)
})
