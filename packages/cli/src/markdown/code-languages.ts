/** Loads the languages of a text's code blocks before the text is drawn. */
import { prepareLanguage } from './highlighting.ts'

const FENCE = /^[ \t>*+-]*(?:`{3,}|~{3,})[ \t]*([^\s`{,:]+)/gm

/** The languages that a source names behind its fences. */
function codeLanguages(source: string): readonly string[] {
  return [...new Set([...source.matchAll(FENCE)].map(([, label = '']) => label))]
}

/** Loads what a source's code blocks need. Resolves when a text that holds it is drawn with colours. */
export async function prepareCode(source: string): Promise<void> {
  await Promise.all(codeLanguages(source).map(prepareLanguage))
}
