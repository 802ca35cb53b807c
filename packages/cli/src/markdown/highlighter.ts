/** highlight.js, loaded with the first language; code in, spans by line out. */
import type { Emitter, HLJSApi } from 'highlight.js'
import type { Span } from '../terminal/styled-row.ts'
import type { Meaning } from '../terminal/theme.ts'
import { loadGrammar, withEmbedded } from './languages.ts'

/** By the first part of a scope, or by the whole where that says more. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  keyword: 'keyword',
  literal: 'number',
  number: 'number',
  string: 'string',
  regexp: 'string',
  symbol: 'number',
  comment: 'comment',
  quote: 'comment',
  doctag: 'comment',
  meta: 'comment',
  built_in: 'type',
  type: 'type',
  class: 'type',
  'title.class': 'type',
  title: 'function',
  function: 'function',
  attr: 'function',
  attribute: 'function',
  property: 'function',
  name: 'keyword',
  tag: 'keyword',
  'selector-tag': 'keyword',
  'selector-class': 'type',
  'selector-id': 'type',
  section: 'heading',
  bullet: 'bullet',
  link: 'link',
  code: 'code',
  strong: 'strong',
  emphasis: 'emphasis',
  addition: 'added',
  deletion: 'removed',
  subst: 'plain',
}

export interface HighlightedCode {
  readonly lines: readonly (readonly Span[])[]
  /** Whether nothing is open at the end: no comment, no string, no nested construct. */
  readonly closed: boolean
}

const engine: { instance: HLJSApi | undefined; readonly loading: Map<string, Promise<void>> } = {
  instance: undefined,
  loading: new Map(),
}

/** Loads a language of `languages.ts` and resolves when it can be highlighted; one load for all who ask. */
export function loadLanguage(language: string): Promise<void> {
  const under = engine.loading.get(language)
  if (under !== undefined) return under
  const loading = load(language)
  engine.loading.set(language, loading)
  return loading
}

async function load(language: string): Promise<void> {
  const [{ default: core }, ...grammars] = await Promise.all([
    import('highlight.js/lib/core'),
    ...withEmbedded(language).map(async (name) => ({ name, grammar: await loadGrammar(name) })),
  ])
  const instance = engine.instance ?? core.newInstance()
  if (engine.instance === undefined) instance.configure({ __emitter: LineEmitter })
  engine.instance = instance
  for (const { name, grammar } of grammars) instance.registerLanguage(name, grammar)
}

/** Whether the language can be highlighted now. */
export function isLoaded(language: string): boolean {
  return engine.instance?.getLanguage(language) !== undefined
}

/** Highlights code whole; undefined as long as the language is not loaded. */
export function highlighted(code: string, language: string): HighlightedCode | undefined {
  if (engine.instance?.getLanguage(language) === undefined) return undefined
  const { _emitter: emitter, _top: top } = engine.instance.highlight(code, {
    language,
    ignoreIllegals: true,
  })
  if (!(emitter instanceof LineEmitter)) return undefined
  const parent: unknown = top !== undefined && 'parent' in top ? top.parent : undefined
  return { lines: emitter.lines, closed: parent === undefined }
}

/** Takes what highlight.js finds, as spans by line. */
class LineEmitter implements Emitter {
  readonly lines: Span[][] = [[]]
  readonly #meanings: Meaning[] = []

  addText(text: string): void {
    this.#add(text, this.#meanings.at(-1) ?? 'plain')
  }

  startScope(scope: string): void {
    const meaning =
      MEANINGS[scope.split('.', 2).join('.')] ?? MEANINGS[/^[^.]*/.exec(scope)?.[0] ?? '']
    this.#meanings.push(meaning ?? this.#meanings.at(-1) ?? 'plain')
  }

  endScope(): void {
    this.#meanings.pop()
  }

  /** highlight.js calls it for scopes of several classes. */
  openNode(scope: string): void {
    this.startScope(scope)
  }

  closeNode(): void {
    this.endScope()
  }

  __addSublanguage(emitter: Emitter): void {
    if (!(emitter instanceof LineEmitter)) return
    for (const [index, line] of emitter.lines.entries()) {
      if (index > 0) this.lines.push([])
      this.lines.at(-1)?.push(...line)
    }
  }

  finalize(): void {
    this.#meanings.length = 0
  }

  toHTML(): string {
    return ''
  }

  #add(text: string, meaning: Meaning): void {
    for (const [index, part] of text.split('\n').entries()) {
      if (index > 0) this.lines.push([])
      if (part !== '') this.lines.at(-1)?.push({ meaning, text: part })
    }
  }
}
