/** What the demo model says. Pure: it depends on the question alone. */

/** In characters as people count them, and how much of the question is looked at for them. */
const QUOTED_LENGTH = 100
const READ_LENGTH = 4000

/** The question's beginning on one line, as it can stand in a Markdown quotation. */
function beginning(question: string): string {
  const line = question
    .slice(0, READ_LENGTH)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .toWellFormed()
  const characters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment)
  const shown = characters.slice(0, QUOTED_LENGTH).join('')
  return shown === line && question.length <= READ_LENGTH ? line : `${shown.trimEnd()}…`
}

/** A Markdown answer with everything that a terminal has to draw. */
export function demoAnswer(question: string): string {
  const words = question.split(/\s+/u).filter(Boolean).length
  return `# This is the demo model

You wrote:

> ${beginning(question)}

I am built into speak-code, work **offline**, and always give the same answer. I cannot think about your ${String(words)} ${words === 1 ? 'word' : 'words'}; I only show what a real answer looks like while it streams.

## How to talk to a real model

1. Get an API key from your provider.
2. In your shell, type:

\`\`\`sh
export OPENAI_API_KEY=your-key
\`\`\`

3. Ask again. For a server of your own, type this in its place, or write \`base_url\` under \`[openai]\` in the file that \`speak-code config path\` prints:

\`\`\`sh
export OPENAI_BASE_URL=http://127.0.0.1:8000/v1
\`\`\`

## What you can try meanwhile

- Stop this answer with \`Esc\`: what has arrived is kept.
- Close the terminal, then type \`speak-code chat -c\`: the answer is there.
- Send the next question while this one still streams.

Some code:

\`\`\`ts
function greet(name: string): string {
  return \`Hello, \${name}!\`
}
console.log(greet('世界'))
\`\`\`

A table, with letters of every width:

| language | greeting | mood |
| --- | --- | --- |
| English | Hello | 🙂 |
| 日本語 | こんにちは | 🎉 |
| 中文 | 你好 | 🚀 |
| 한국어 | 안녕하세요 | 👩‍💻 |

That was *all* of the demo. 👋
`
}
