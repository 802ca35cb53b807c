/** What a text command works with in tests: captured output, a scripted client, no files. */
import { PassThrough, Writable } from 'node:stream'
import { loadConfig } from '@speak-code/server/config'
import type { TextDeps, TextInput, TextOutput } from '../deps.ts'
import type { LeavingSignal } from '../exit-code.ts'
import { pathsOf } from '../paths.ts'
import type { Remembered } from '../remembered.ts'
import { ScriptedClient } from './scripted-client.ts'

/** Keeps what is written; `fail` makes every further write fail. */
class CapturedOutput extends Writable {
  readonly isTTY: boolean
  text = ''
  #failure: Error | undefined

  constructor(isTTY = false) {
    super({ decodeStrings: false })
    this.isTTY = isTTY
  }

  fail(code: string): void {
    this.#failure = Object.assign(new Error(`write ${code}`), { code })
  }

  override _write(
    chunk: Buffer | string,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    if (this.#failure === undefined) this.text += String(chunk)
    done(this.#failure ?? null)
  }
}

/** Standard input that is a terminal where nothing is typed. */
export function quietTerminal(): TextInput {
  return Object.assign(new PassThrough(), { isTTY: true })
}

export interface TestDeps extends TextDeps {
  readonly stdout: TextOutput & CapturedOutput
  readonly stderr: TextOutput & CapturedOutput
  readonly chatClient: ScriptedClient
  readonly notes: string[]
  readonly details: string[]
}

const nothing = (what: string) => () => Promise.reject(new Error(`no ${what} in this test`))

/** A memory in which nothing is kept for another session. */
export function forgetful(theme?: string): Remembered {
  return { lastModel: undefined, theme, hintsSeen: [], save: () => Promise.resolve() }
}

export function testDeps(change: Partial<TextDeps> & { terminal?: boolean } = {}): TestDeps {
  const { terminal = false, ...rest } = change
  const chatClient = new ScriptedClient()
  const notes: string[] = []
  const details: string[] = []
  return {
    env: {},
    stdin: quietTerminal(),
    paths: pathsOf({ SPEAK_CODE_HOME: '/nonexistent' }),
    config: () => loadConfig('/nonexistent/config.toml'),
    store: nothing('store'),
    remembered: () => Promise.resolve(forgetful()),
    http: nothing('HTTP'),
    client: () => Promise.resolve(chatClient),
    note: (text) => {
      notes.push(text)
    },
    detail: (text) => {
      details.push(text)
    },
    ...rest,
    stdout: new CapturedOutput(terminal),
    stderr: new CapturedOutput(terminal),
    chatClient,
    notes,
    details,
  }
}

/** Signals that a test sends. */
export class TestSignals {
  #listener: ((signal: LeavingSignal) => void) | undefined

  on(listener: (signal: LeavingSignal) => void): () => void {
    this.#listener = listener
    return () => {
      this.#listener = undefined
    }
  }

  send(signal: LeavingSignal): void {
    this.#listener?.(signal)
  }
}
