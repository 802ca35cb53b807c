/** `history show` and `history export`. */
import { moneyInWords } from '../../chat/wording.ts'
import { ExitCode } from '../../exit-code.ts'
import { fileSink } from '../answer/sink.ts'
import { type HistoryDeps, type Json, print, printJson } from './deps.ts'
import { findConversation } from '../conversation-choice.ts'
import { shortTime } from './short-time.ts'
import {
  elsewhere,
  exported,
  type ExportFormat,
  jsonOf,
  remarkOn,
  speakerOf,
  textOf,
  type Transcript,
  transcriptOf,
} from '../../transcript/transcript.ts'

export interface ShowOptions extends Json {
  /** A beginning or an end; the latest conversation without it. */
  readonly id?: string | undefined
}

/** Prints the newest branch of a conversation, as JSON all branches. */
export async function runShow(options: ShowOptions, deps: HistoryDeps): Promise<number> {
  const store = await deps.store()
  const transcript = transcriptOf(store, findConversation(store, options.id))
  if (options.json) {
    printJson(deps, jsonOf(transcript))
    return ExitCode.ok
  }
  print(deps, plainText(transcript))
  const others = elsewhere(transcript)
  if (others > 0) {
    const messages = others === 1 ? '1 message is' : `${others} messages are`
    deps.note(`${messages} on other branches; --json shows all.`)
  }
  return ExitCode.ok
}

export interface ExportOptions extends ShowOptions {
  readonly format: ExportFormat
  /** A file to write instead of standard output; one that is there is replaced when all is written. */
  readonly output?: string
}

/** Writes a conversation out. Throws CommandError (exit code 1) where the file cannot be written. */
export async function runExport(options: ExportOptions, deps: HistoryDeps): Promise<number> {
  const store = await deps.store()
  const transcript = transcriptOf(store, findConversation(store, options.id))
  const text = exported(transcript, options.json ? 'json' : options.format)
  if (options.output === undefined) {
    print(deps, text)
    return ExitCode.ok
  }
  const file = fileSink(options.output)
  file.write(text)
  await file.finish()
  deps.note(`Written to ${options.output}.`)
  return ExitCode.ok
}

function plainText(transcript: Transcript): string {
  const { conversation, branch } = transcript
  const now = Date.now()
  const facts = [
    conversation.id,
    ...(conversation.model === null ? [] : [conversation.model]),
    `${conversation.messageCount} messages`,
    `${conversation.totalTokens} tokens`,
    shortTime(conversation.lastMessageAt ?? conversation.createdAt, now),
  ]
  const head = `${conversation.title}\n${facts.join(' · ')}\n`
  const parts = branch.map((message) => {
    const remark = remarkOn(message)
    const lines = [
      [
        speakerOf(message, 'Answer'),
        shortTime(message.createdAt, now),
        ...(message.cost === null ? [] : [moneyInWords(message.cost)]),
      ].join(' · '),
      textOf(message),
      remark === '' ? '' : `[${remark}]`,
    ]
    return `${lines.filter((line) => line !== '').join('\n')}\n`
  })
  return [head, ...parts].join('\n')
}
