/**
 * Where the keys of a TOML document stand, for errors that name a line and for edits that keep the rest. The parser
 * gives values without places. The document must be one that the parser has accepted.
 */
import { parse } from 'smol-toml'
import type { KeyPath } from './key-path.ts'

export interface TomlEntry {
  /** From the root, tables included. */
  readonly path: KeyPath
  /** `[table]`, `key = value` (in an inline table too), or an element of a list. */
  readonly kind: 'header' | 'pair' | 'element'
  /** How many inline tables and lists it stands in. */
  readonly depth: number
  /** The path of the header that it stands under; empty before the first. */
  readonly section: KeyPath
  /** Offsets in the source, in UTF-16 units; `end` is exclusive. A header's value is empty. */
  readonly start: number
  readonly valueStart: number
  readonly end: number
}

/** Every header, pair and list element, in the order of the document. */
export function tomlOutline(source: string): readonly TomlEntry[] {
  return new OutlineReader(source).read()
}

/** The line (from 1) where `path` is written, else where the nearest table around it is first written, else 1. */
export function lineOfKey(source: string, path: KeyPath): number {
  const entries = tomlOutline(source)
  for (let length = path.length; length > 0; length -= 1) {
    const outer = path.slice(0, length)
    const entry = entries.find((candidate) => startsWith(candidate.path, outer))
    if (entry !== undefined) return source.slice(0, entry.start).split('\n').length
  }
  return 1
}

/** Whether `path` is `beginning` or lies within it. */
export function startsWith(path: KeyPath, beginning: KeyPath): boolean {
  return beginning.length <= path.length && beginning.every((step, at) => step === path[at])
}

function unquote(quoted: string): string {
  const { text } = parse(`text = ${quoted}`)
  return typeof text === 'string' ? text : quoted
}

class OutlineReader {
  readonly #source: string
  readonly #entries: TomlEntry[] = []
  /** Elements so far of each `[[list]]`, by its path as JSON. */
  readonly #lists = new Map<string, number>()
  #section: KeyPath = []
  #at: number

  constructor(source: string) {
    this.#source = source
    // A byte order mark is no part of the first key.
    this.#at = source.startsWith('\uFEFF') ? 1 : 0
  }

  read(): readonly TomlEntry[] {
    this.#skipBlank()
    while (this.#at < this.#source.length) {
      if (this.#source[this.#at] === '[') this.#header()
      else this.#pair(this.#section, 0)
      this.#skipBlank()
    }
    return this.#entries
  }

  #header(): void {
    const start = this.#at
    const isList = this.#source.startsWith('[[', start)
    this.#at += isList ? 2 : 1
    const written = this.#key()
    this.#at += isList ? 2 : 1
    this.#section = this.#resolve(written, isList)
    this.#entries.push({
      path: this.#section,
      kind: 'header',
      depth: 0,
      section: this.#section,
      start,
      valueStart: this.#at,
      end: this.#at,
    })
  }

  /** A header's path names the last element of every `[[list]]` that it passes. */
  #resolve(written: readonly string[], isList: boolean): KeyPath {
    let path: KeyPath = []
    for (const [at, step] of written.entries()) {
      path = [...path, step]
      const list = JSON.stringify(path)
      let count = this.#lists.get(list)
      if (isList && at === written.length - 1) {
        count = (count ?? 0) + 1
        this.#lists.set(list, count)
      }
      if (count !== undefined) path = [...path, count - 1]
    }
    return path
  }

  #pair(table: KeyPath, depth: number): void {
    const start = this.#at
    const path = [...table, ...this.#key()]
    this.#at += 1
    this.#skipSpaces()
    this.#value('pair', path, depth, start)
  }

  #value(kind: 'pair' | 'element', path: KeyPath, depth: number, start: number): void {
    const valueStart = this.#at
    const index = this.#entries.length
    const character = this.#source[this.#at]
    if (character === '[') this.#list(path, depth)
    else if (character === '{') this.#inlineTable(path, depth)
    else if (character === '"' || character === "'") this.#string()
    else this.#scalar()
    // Before what it holds, though its end is known only now.
    this.#entries.splice(index, 0, {
      path,
      kind,
      depth,
      section: this.#section,
      start,
      valueStart,
      end: this.#at,
    })
  }

  #list(path: KeyPath, depth: number): void {
    this.#at += 1
    this.#skipBlank()
    for (let index = 0; this.#source[this.#at] !== ']'; index += 1) {
      this.#value('element', [...path, index], depth + 1, this.#at)
      this.#skipComma()
    }
    this.#at += 1
  }

  #inlineTable(path: KeyPath, depth: number): void {
    this.#at += 1
    this.#skipBlank()
    while (this.#source[this.#at] !== '}') {
      this.#pair(path, depth + 1)
      this.#skipComma()
    }
    this.#at += 1
  }

  #skipComma(): void {
    this.#skipBlank()
    if (this.#source[this.#at] === ',') this.#at += 1
    this.#skipBlank()
  }

  /** Reads up to the `=` or `]` after a dotted key. */
  #key(): readonly string[] {
    const steps: string[] = []
    for (;;) {
      this.#skipSpaces()
      const start = this.#at
      const character = this.#source[start]
      if (character === '"' || character === "'") {
        this.#string()
        steps.push(unquote(this.#source.slice(start, this.#at)))
      } else {
        this.#skip(/[A-Za-z0-9_-]*/y)
        steps.push(this.#source.slice(start, this.#at))
      }
      this.#skipSpaces()
      if (this.#source[this.#at] !== '.') return steps
      this.#at += 1
    }
  }

  #string(): void {
    const quote = this.#source.charAt(this.#at)
    const isLong = this.#source.startsWith(quote.repeat(3), this.#at)
    const close = isLong ? quote.repeat(3) : quote
    this.#at += close.length
    while (this.#at < this.#source.length && !this.#source.startsWith(close, this.#at))
      this.#at += quote === '"' && this.#source[this.#at] === '\\' ? 2 : 1
    this.#at += close.length
    // Up to two quotes may stand right before the three that close.
    if (isLong) this.#skip(quote === '"' ? /"{0,2}/y : /'{0,2}/y)
  }

  #scalar(): void {
    // A date may have a space before its time.
    this.#skip(/\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#]+/y)
  }

  #skipSpaces(): void {
    this.#skip(/[ \t]*/y)
  }

  #skipBlank(): void {
    this.#skip(/(?:[ \t\r\n]+|#[^\n]*)*/y)
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at
    if (pattern.test(this.#source)) this.#at = pattern.lastIndex
  }
}
