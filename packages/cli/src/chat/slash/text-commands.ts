/** Commands that take text out of the chat: to the clipboard, into a file. */
import type { ConversationView } from '@speak-code/protocol'
import { codeBlocks } from '../../transcript/code-blocks.ts'
import {
  EXPORT_FORMATS,
  exported,
  type ExportFormat,
  type Transcript,
} from '../../transcript/transcript.ts'
import { counted, done, firstWords, placeIn, refused } from './lines.ts'
import type { Candidate, CommandContext, SlashCommand } from './slash-command.ts'
import type { Line } from '../session-events.ts'

const MAX_NAME = 60
/** Further names that are tried where the first is taken. */
const MAX_TRIES = 100

export const copyCommand: SlashCommand = {
  names: ['copy'],
  argument: '[N]',
  help: 'copy the last answer, or its N-th code block',
  run: (typed, { session }) => {
    const { lastAnswer } = session
    if (lastAnswer === '') return refused('There is no answer to copy.')
    if (typed === '') {
      session.emit({ type: 'copy', text: lastAnswer })
      return done('The last answer is sent to the terminal’s clipboard.')
    }
    const blocks = codeBlocks(lastAnswer)
    const block = blocks[(placeIn(typed) ?? 0) - 1]
    if (block === undefined) {
      return refused(
        `The last answer has ${blocks.length === 0 ? 'no code block' : counted(blocks.length, 'code block')}.`,
      )
    }
    session.emit({ type: 'copy', text: block })
    return done(`Code block ${typed} is sent to the terminal’s clipboard.`)
  },
  complete: (typed, { session }) =>
    codeBlocks(session.lastAnswer)
      .map((block, index): Candidate => ({ value: String(index + 1), hint: firstWords(block) }))
      .filter(({ value }) => value.startsWith(typed)),
}

export const exportCommand: SlashCommand = {
  names: ['export'],
  argument: '[md|json] [FILE]',
  help: 'write the conversation into a new file',
  run: async (typed, context) => {
    const { format, file } = readArgument(typed)
    const transcript = transcriptOf(context)
    if (transcript.branch.length === 0) return refused('There is nothing to export yet.')
    const text = exported(transcript, format)
    return file === undefined
      ? writeBeside(fileName(transcript), format, text, context)
      : writeTo(file, text, context)
  },
  complete: async (typed, { pathsAfter }) => {
    const [, format = '', path] = /^(\S*)(?:\s+(.*))?$/.exec(typed) ?? []
    if (path === undefined) {
      return EXPORT_FORMATS.filter((name) => name.startsWith(format)).map((value) => ({ value }))
    }
    return (await pathsAfter(path)).map((value): Candidate => ({ value: `${format} ${value}` }))
  },
}

function readArgument(typed: string): {
  readonly format: ExportFormat
  readonly file: string | undefined
} {
  const [, word = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(typed.trim()) ?? []
  const format = EXPORT_FORMATS.find((name) => name === word.toLowerCase())
  const file = format === undefined ? typed.trim() : rest
  return {
    format: format ?? (file.toLowerCase().endsWith('.json') ? 'json' : 'md'),
    file: file === '' ? undefined : file,
  }
}

/** The branch that is shown; one that is kept nowhere too. */
function transcriptOf({ session, store, now }: CommandContext): Transcript {
  const { conversationId, messages, model, path, title = '', tokens } = session
  const [first] = messages
  const begun = first?.createdAt ?? new Date(now()).toISOString()
  const unsaved: ConversationView = {
    id: conversationId,
    title,
    model: model ?? null,
    messageCount: messages.length,
    totalTokens: tokens,
    createdAt: begun,
    updatedAt: begun,
    lastMessageAt: messages.at(-1)?.createdAt ?? null,
  }
  return { conversation: store?.conversation(conversationId) ?? unsaved, messages, branch: path }
}

async function writeTo(file: string, text: string, { writeNew }: CommandContext): Promise<Line[]> {
  if ((await writeNew(file, text)) === 'written') return done(`Written to ${file}`)
  return refused(`${file} is there already, and nothing is overwritten here.`)
}

async function writeBeside(
  name: string,
  format: ExportFormat,
  text: string,
  { writeNew }: CommandContext,
): Promise<Line[]> {
  for (let count = 1; count <= MAX_TRIES; count += 1) {
    const file = `${name}${count === 1 ? '' : `-${count}`}.${format}`
    if ((await writeNew(file, text)) === 'written') return done(`Written to ${file}`)
  }
  return refused(
    `${name}.${format} and ${MAX_TRIES - 1} more are there already: /export ${format} FILE`,
  )
}

/** The title in small letters and digits of any script, with hyphens between. */
function fileName({ conversation: { id, title } }: Transcript): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  const name = Array.from(words.join('-')).slice(0, MAX_NAME).join('').replace(/-+$/, '')
  return name === '' ? `conversation-${id.slice(-8)}` : name
}
