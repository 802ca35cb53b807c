/** What is looked for in the history: words of all kinds that `fillHistory` writes. */
import { KNOWN_WORDS } from '../../packages/cli/src/store/testing/large-history-text.ts'

const { common, rare, identifier, chinese, japanese } = KNOWN_WORDS

export const QUERIES: readonly { readonly kind: string; readonly words: readonly string[] }[] = [
  { kind: 'rare', words: [rare, 'babebi', 'zuzozi'] },
  { kind: 'common', words: [common, 'the', 'error'] },
  { kind: 'several common', words: ['server request', 'error in the code of the index'] },
  { kind: 'rare and common', words: [`${rare} ${common}`, `the ${rare} of the ${common}`] },
  { kind: 'identifier', words: [identifier, 'get_user_name', 'username', 'parseLine'] },
  { kind: 'Chinese', words: [chinese, '索引', '数'] },
  { kind: 'Japanese', words: [japanese, '検', `${japanese} ${common}`] },
  { kind: 'beginning', words: ['quix', 'serv', 'ser', 'func', 'zuz', 'go', 'par'] },
  { kind: 'no hit', words: ['nothinglikethis', `${rare} nothinglikethis`, '鰯'] },
]
