import { describe, expect, test } from 'vitest'
import { firstCodeBlock } from './code-block.ts'

describe('the first fenced code block (CommonMark §4.5)', () => {
  test.each([
    ['between text', 'Hi\n\n```js\nlet a\n```\nbye\n```\nsecond\n```', 'let a\n'],
    ['with tildes', '~~~\na ``` b\n~~~\n', 'a ``` b\n'],
    ['longer fences hold shorter ones', '````md\n```\nx\n```\n````', '```\nx\n```\n'],
    ['a closing fence may be longer', '```\nx\n`````\ny', 'x\n'],
    [
      'in a list item, without its indentation',
      '1. do\n\n   ```sh\n   ls\n     -l\n   ```',
      'ls\n  -l\n',
    ],
    ['blank lines at its end stay', '```\na\n\n```', 'a\n\n'],
    ['not closed: to the end', 'x\n```py\na\nb', 'a\nb\n'],
    ['not closed, with a final line feed', '```\na\n', 'a\n'],
    ['empty', '```\n```', ''],
    ['CRLF', '```\r\na\r\n```\r\n', 'a\n'],
  ])('%s', (_name, markdown, code) => {
    expect(firstCodeBlock(markdown)).toBe(code)
  })

  test.each([
    ['no fence', 'just `inline` code'],
    ['inline code with three backticks', '``` a ``` b'],
    ['nothing', ''],
  ])('none: %s', (_name, markdown) => {
    expect(firstCodeBlock(markdown)).toBeUndefined()
  })
})
