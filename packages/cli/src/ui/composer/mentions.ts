/** `@path` words in a question. Pure. */

const MENTION = /(?<=^|\s)@(?:"([^"\n]+)"|([^\s"]+))/g
/** What may follow a path in a sentence. */
const PUNCTUATION = /[.,;:!?)\]}'’”]+$/

/** For each `@word` the paths that it may name, the likeliest first. */
export function mentionsIn(text: string): (readonly string[])[] {
  return Array.from(text.matchAll(MENTION), ([, quoted, word = '']) => {
    if (quoted !== undefined) return [quoted]
    const bare = word.replace(PUNCTUATION, '')
    return bare === word || bare === '' ? [word] : [word, bare]
  })
}
