/** What is said in a made-up history: common and rare words, identifiers, code, Chinese and Japanese. */

/** Words that are in the history as often as their names say: what a benchmark looks for. */
export const KNOWN_WORDS = {
  /** In a good third of all messages. */
  common: 'server',
  /** Once in a thousand messages. */
  rare: 'quixotic',
  /** Once in a hundred messages, in three spellings. */
  identifier: 'getUserName',
  /** In one message of 25. */
  chinese: '数据库',
  /** In one message of 25. */
  japanese: '検索',
} as const

const COMMON =
  'the of and to in is that for it with as on this you are be not use can by from an or if at we have will when one has but what all so there which do time how may then more out up into just file line code test run type data value error function return call string number list key user name path server client request response message stream socket store index query table row column build deploy change version default option config example work need make way here new first last next set get add read write open close start stop wait fail try check fix'.split(
    ' ',
  )
const SYLLABLES =
  'ba be bi bo bu da de di do du fa fe fi fo ga ge gi go ka ke ki ko la le li lo lu ma me mi mo mu na ne ni no pa pe pi po ra re ri ro ru sa se si so ta te ti to tu va ve vi vo za ze zi zo'.split(
    ' ',
  )
const IDENTIFIERS = ['get_user_name', 'getUserName', 'GetUserName']
const CHINESE = '我们需要检查数据库的索引因为查询速度很慢请看一下这个错误信息'
const JAPANESE = 'この関数は検索の結果を返しますが時々遅くなりますので確認してください'
const CODE =
  '```ts\nexport function parseLine(source: string): number {\n  return source.split(",").length\n}\n```'

/** Numbers from 0 to 2^32 (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

/** What people ask and models answer: the same again for each new one. */
export class HistoryText {
  readonly #next = random(1)
  /** Frequent words are in it often: the n-th about 1/n as often as the first. */
  readonly #words: readonly string[]

  constructor() {
    this.#words = COMMON.flatMap((word, rank) =>
      Array.from({ length: Math.ceil(240 / (rank + 1)) }, () => word),
    )
  }

  below(limit: number): number {
    return this.#next() % limit
  }

  question(): string {
    return this.#text(4 + this.below(24))
  }

  answer(): string {
    const long = this.below(20) === 0 ? 300 : 0
    const text = this.#text(20 + this.below(80) + long)
    return this.below(6) === 0 ? `${text}\n\n${CODE}` : text
  }

  #text(length: number): string {
    const parts: string[] = []
    for (let done = 0; done < length; done++) {
      parts.push(this.below(25) === 0 ? this.#uncommon() : this.#common())
      if (this.below(12) === 0) parts.push('\n')
    }
    if (this.below(3) === 0) parts.push(KNOWN_WORDS.common)
    if (this.below(1000) === 0) parts.push(KNOWN_WORDS.rare)
    if (this.below(100) === 0) parts.push(IDENTIFIERS[this.below(IDENTIFIERS.length)] ?? '')
    if (this.below(25) === 0) parts.push(CHINESE.slice(this.below(5)))
    if (this.below(25) === 0) parts.push(JAPANESE.slice(this.below(5)))
    return parts.join(' ')
  }

  #common(): string {
    return this.#words[this.below(this.#words.length)] ?? ''
  }

  /** One of some hundred thousand. */
  #uncommon(): string {
    const syllable = (): string => SYLLABLES[this.below(SYLLABLES.length)] ?? ''
    return syllable() + syllable() + syllable()
  }
}
