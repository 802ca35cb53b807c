/** `chat`: the conversation on a terminal. */
import { setFlagsFromString } from 'node:v8'
import { v7 as uuid } from 'uuid'
import { ChatSession } from '../chat/chat-session.ts'
import type { CommandContext } from '../chat/slash-commands.ts'
import type { Line, SessionEvent } from '../chat/session-events.ts'
import type { SessionParts } from '../chat/session-parts.ts'
import { keyLines, shortId } from '../chat/wording.ts'
import { systemClock } from '../client/clock.ts'
import type { Deps } from '../deps.ts'
import { UsageError } from '../errors.ts'
import { ExitCode, exitCodeOfSignal, type LeavingSignal } from '../exit-code.ts'
import type { LocalStore } from '../store/local-store.ts'
import type { ChatUi, ChatUiParts } from '../ui/ink-chat.tsx'
import { keyHelp, KeyMap } from '../ui/key-map.ts'
import { createPainter, THEME_NAMES, wantsColors } from '../terminal/theme.ts'
import { version } from '../version.ts'
import { closeClient } from './answer/close-client.ts'
import { processSignals, type Signals } from './answer/signals.ts'
import { assembleQuestion } from './ask/question.ts'
import type { ChatOptions } from './chat-command.ts'
import { pathsAfter, readAttachment, writeNewFile } from './chat-files.ts'
import { deleteAtRelay } from './history/relay-deletion.ts'
import { conversationByPart, latestConversation } from './conversation-choice.ts'
import { chosenModel } from './model-choice.ts'
import { readParams } from './params.ts'
import { changeTheme, chosenTheme } from './theme-choice.ts'

/** An answer that grows is drawn about a row at a time (20 chunks): a frame costs far more than what it adds. */
const PACE = { leastMs: 66, mostMs: 200, bytes: 2000 }

/** How V8 is to compile in a process that is idle but for a few frames a second. */
const V8_FLAGS = [
  // It interprets a regular expression at first and compiles it once it is used again (https://v8.dev/blog/regexp-tier-up). Those
  // for Markdown and code are all used again, and preparing each twice is an eighth of what an answer's first ten seconds cost.
  '--no-regexp-tier-up',
  // Maglev optimizes what was called 400 times (https://v8.dev/blog/maglev). At some frames a second that is most of the program
  // in its first minute, and costs more than it saves.
  '--invocation-count-for-maglev=5000',
]

/** A hint that is shown once. */
const DEMO_HINT = 'demo-key'

/**
 * Opens the chat and resolves with the exit code once it is left. Throws UsageError where there is no terminal or a
 * file cannot be read, and CommandError `not_found` where there is no conversation to go on with.
 */
export async function runChat(
  options: ChatOptions,
  deps: Deps,
  signals: Signals = processSignals,
): Promise<number> {
  const { stdin, stdout } = deps
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new UsageError('chat needs a terminal.', 'In a pipe: speak-code ask "…"')
  }
  for (const flag of V8_FLAGS) setFlagsFromString(flag)
  const params = readParams(options.param)
  const files = (await Promise.all(options.file.map(readAttachment))).map(({ name, path }) => ({
    name,
    path,
  }))
  const config = deps.config()
  const goesOn = options.continue === true || options.resume !== undefined
  const store = options.save || goesOn ? await deps.store() : undefined
  const opened = store === undefined ? undefined : chosenConversation(options, store)
  const client = await deps.client({ save: options.save, pace: PACE })
  // The relay is found while the screen is being loaded.
  client.connect()
  const remembered = await deps.remembered()
  const systemText = options.system ?? config.config.chat.system
  const parts: SessionParts = {
    client,
    store,
    save: options.save,
    clock: systemClock,
    newId: uuid,
    params,
    exercise: options.exercise,
    system:
      systemText === undefined
        ? undefined
        : { text: systemText, explicit: options.system !== undefined },
    timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
    chooseModel: (conversation) =>
      chosenModel({
        flag: options.model,
        conversation,
        last: remembered.lastModel,
        env: deps.env,
        config,
      }),
    onModel: (name, chosen) => {
      const isDemo = name.startsWith('demo/')
      // The demo answers where there is no key; who sets one does not want it again.
      if (!isDemo || chosen) remembered.lastModel = name
      isHintDue ||= isDemo && !chosen && !remembered.hintsSeen.includes(DEMO_HINT)
    },
    assemble: (typed, attached) =>
      assembleQuestion({ files: attached, stdin: '', argument: typed }),
    refresh: async (conversationId) => {
      const found = await (await deps.http()).getConversation(conversationId)
      if (found === undefined) return false
      if (options.save) store?.recordConversation(found, found.messages)
      return true
    },
  }
  let isHintDue = false
  const session = new ChatSession(parts)
  const hintAtKey = (event: SessionEvent): void => {
    if (event.type !== 'answered' || !isHintDue) return
    isHintDue = false
    remembered.hintsSeen = [...remembered.hintsSeen, DEMO_HINT]
    session.say(
      { tone: 'hint', text: 'This was the built-in demo model. For real answers set a key:' },
      ...keyLines().map((text): Line => ({ tone: 'hint', text })),
    )
  }
  const painter = createPainter(
    wantsColors(options.color, deps.env),
    chosenTheme(config, remembered.theme),
  )
  const switchTheme = (event: SessionEvent): void => {
    if (event.type !== 'theme') return
    session.say(...changeTheme(event.name, { painter, config, remembered }))
  }
  /** Not while an answer streams: what writes takes long to load. */
  const saveRemembered = (event: SessionEvent): void => {
    if (event.type === 'answered' || event.type === 'theme') void remembered.save()
  }
  const keys = new KeyMap(config.config.keys)
  const commands: CommandContext = {
    session,
    store,
    now: () => systemClock.now(),
    readFile: readAttachment,
    writeNew: writeNewFile,
    pathsAfter,
    themes: THEME_NAMES,
    keys: keyHelp(keys),
  }
  const open = await uiOpener(options, deps)
  const ui = open({
    session,
    commands,
    keys,
    models: async () => (await deps.http()).listModels(),
    deleteAtRelay: deleteAtRelay(deps),
    clock: systemClock,
    keep: options.save ? store : undefined,
    stdin,
    stdout,
    painter,
    greeting: `speak-code ${version()} · /help lists keys and commands`,
    begin: (controller) => {
      session.on(hintAtKey)
      session.on(switchTheme)
      session.on(saveRemembered)
      session.start()
      if (opened !== undefined) session.open(opened)
      const prompt = options.prompt.join(' ')
      if (prompt.trim() !== '') controller.submit(prompt, files)
      else session.attachAgain(files)
    },
  })
  const { promise: signalled, resolve: onSignal } = Promise.withResolvers<LeavingSignal>()
  // Until the very end: a library that tidies up on signals sends them again.
  const unsubscribe = signals.on(onSignal)
  try {
    const why = await Promise.race([signalled, ui.left])
    // A terminal that vanishes sends SIGHUP as well, but perhaps later.
    const signal = why === 'gone' ? 'SIGHUP' : why
    await ui.close()
    await closeClient(client)
    await remembered.save()
    if (session.begun) {
      stdout.write(`To go on: speak-code chat -r ${shortId(session.conversationId)}\n`)
    }
    return signal === 'left' ? ExitCode.ok : exitCodeOfSignal(signal)
  } finally {
    unsubscribe()
  }
}

type OpenUi = (parts: ChatUiParts) => ChatUi

async function uiOpener({ screenReader }: ChatOptions, { env }: Deps): Promise<OpenUi> {
  const dumb = env['TERM'] === 'dumb'
  if (screenReader === true || env['INK_SCREEN_READER'] === 'true' || dumb) {
    const { openPlainChat } = await import('../ui/plain-chat.ts')
    return (parts) => openPlainChat({ ...parts, dumb })
  }
  // React chooses its build by it when it is imported.
  process.env['NODE_ENV'] ??= 'production'
  const { openInkChat } = await import('../ui/ink-chat.tsx')
  return openInkChat
}

function chosenConversation(options: ChatOptions, store: LocalStore): string | undefined {
  if (options.resume !== undefined) return conversationByPart(store, options.resume).id
  return options.continue === true ? latestConversation(store).id : undefined
}
