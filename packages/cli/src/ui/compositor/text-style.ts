/** How a cell of the terminal looks, and the shortest way from one look to another: SGR (ECMA-48, 8.3.117) and OSC 8. */
import { CLOSE_HYPERLINK } from '../../terminal/hyperlinks.ts'

/** Styles are made by {@link styleOf} alone, one object for each look: they are compared by identity. */
export interface TextStyle {
  /** The parameters that set it, as in `1;34`; empty for plain text. */
  readonly parameters: string
  /** The sequence that opens its link; empty without one. */
  readonly link: string
  /** Whether a cleared cell would take its colour. */
  readonly fills: boolean
  /** What is set, by what it shares its place with. */
  readonly slots: ReadonlyMap<string, string>
  readonly changes: Map<TextStyle, string>
}

/** Each attribute's place among the parameters, and what switches it off. */
const OFF: Readonly<Record<string, string>> = {
  '1': '22',
  '2': '22',
  '3': '23',
  '4': '24',
  '5': '25',
  '7': '27',
  '8': '28',
  '9': '29',
  colour: '39',
  behind: '49',
}

/** Bold and faint are switched off together. */
const INTENSITY: ReadonlySet<string> = new Set(['1', '2'])

const styles = new Map<string, TextStyle>()

export const PLAIN: TextStyle = styleOf('')

/** The style with these SGR parameters over plain text. */
export function styleOf(parameters: string, link = ''): TextStyle {
  const key = `${parameters}\n${link}`
  const known = styles.get(key)
  if (known !== undefined) return known
  const style = fromSlots(applied(new Map(), parameters), link)
  styles.set(key, style)
  return style
}

/** `style` after an SGR sequence with these parameters. */
export function restyled(style: TextStyle, parameters: string): TextStyle {
  return fromSlots(applied(style.slots, parameters), style.link)
}

export function linked(style: TextStyle, link: string): TextStyle {
  return style.link === link ? style : fromSlots(style.slots, link)
}

/** What to write so that text looks like `to` where it looked like `from`. */
export function styleChange(from: TextStyle, to: TextStyle): string {
  if (from === to) return ''
  const known = from.changes.get(to)
  if (known !== undefined) return known
  const link = from.link === to.link ? '' : to.link === '' ? CLOSE_HYPERLINK : to.link
  const change = link + parameterChange(from, to)
  from.changes.set(to, change)
  return change
}

function parameterChange(from: TextStyle, to: TextStyle): string {
  if (from.parameters === to.parameters) return ''
  if (to.parameters === '') return '\u001b[m'
  const gone = [...from.slots.keys()].filter((slot) => !to.slots.has(slot))
  const isDimmer = gone.some((slot) => INTENSITY.has(slot))
  const off = new Set(gone.map((slot) => OFF[slot] ?? '0'))
  const on = [...to.slots].filter(
    ([slot, value]) => from.slots.get(slot) !== value || (isDimmer && INTENSITY.has(slot)),
  )
  const stepwise = [...off, ...on.map(([, value]) => value)].join(';')
  const afresh = `;${to.parameters}`
  return `\u001b[${afresh.length < stepwise.length ? afresh : stepwise}m`
}

function fromSlots(slots: ReadonlyMap<string, string>, link: string): TextStyle {
  const parameters = [...slots.keys()]
    .toSorted()
    .map((slot) => slots.get(slot) ?? '')
    .join(';')
  const key = `${parameters}\n${link}`
  const known = styles.get(key)
  if (known !== undefined) return known
  const fills = slots.has('behind') || slots.has('7')
  const style = { parameters, link, fills, slots, changes: new Map<TextStyle, string>() }
  styles.set(key, style)
  return style
}

function applied(slots: ReadonlyMap<string, string>, parameters: string): Map<string, string> {
  const next = new Map(slots)
  if (parameters === '' && slots.size === 0) return next
  const codes = parameters.split(';')
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? ''
    if (code === '38' || code === '48') {
      // An indexed colour has one value more, a direct one three.
      const length = codes[index + 1] === '5' ? 3 : 5
      next.set(code === '38' ? 'colour' : 'behind', codes.slice(index, index + length).join(';'))
      index += length - 1
    } else {
      apply(next, code)
    }
  }
  return next
}

function apply(slots: Map<string, string>, code: string): void {
  const [family = ''] = code.split(':')
  const number = Number(family)
  if (number === 0) {
    slots.clear()
  } else if ((number >= 30 && number <= 38) || (number >= 90 && number <= 97)) {
    slots.set('colour', code)
  } else if ((number >= 40 && number <= 48) || (number >= 100 && number <= 107)) {
    slots.set('behind', code)
  } else if (OFF[family] === undefined) {
    for (const [slot, off] of Object.entries(OFF)) if (off === family) slots.delete(slot)
  } else {
    slots.set(family, code)
  }
}
