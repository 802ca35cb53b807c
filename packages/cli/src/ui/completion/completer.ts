/** Looks for completions of what is written, without ever keeping a key waiting: only the newest look counts. */
import { findCommand, SLASH_COMMANDS, type CommandContext } from '../../chat/slash-commands.ts'
import type { Clock } from '../../client/clock.ts'
import { fileItem, fileItems } from './file-items.ts'
import { menuOf, type Menu, type MenuItem } from './menu.ts'
import { targetAt, type Target } from './target.ts'
import { WorkspaceFiles } from './workspace-files.ts'

/** Paths that lead out of the working directory, or into a folder that is not searched. */
const EXPLICIT = /^(?:\/|~|\.\.?\/)/

export class Completer {
  readonly #context: CommandContext
  readonly #files: WorkspaceFiles
  readonly #show: (menu: Menu | undefined) => void
  #looks = 0
  #answered = 0
  /** Where a list was closed by hand: it stays closed while the same word is written. */
  #dismissed: string | undefined

  constructor(parts: {
    readonly context: CommandContext
    readonly clock: Clock
    /** The folder whose files are completed. */
    readonly folder: string
    readonly show: (menu: Menu | undefined) => void
  }) {
    this.#context = parts.context
    this.#files = new WorkspaceFiles(parts.folder, parts.clock)
    this.#show = parts.show
  }

  /** Whether an answer is still to come. */
  get isLooking(): boolean {
    return this.#answered < this.#looks
  }

  /** Looks for what can stand at the cursor. `asked`: by the key for it, and not by the way. */
  look(text: string, cursor: number, asked = false): void {
    this.#looks += 1
    const look = this.#looks
    const target = targetAt(text, cursor)
    const place = target === undefined ? undefined : placeOf(target)
    if (asked || place !== this.#dismissed) this.#dismissed = undefined
    if (target === undefined || this.#dismissed !== undefined) {
      this.#answer(undefined)
      return
    }
    if (target.kind === 'command') {
      this.#answer(menuOf(target, commandItems(target.query)))
      return
    }
    void this.#itemsOf(target)
      .catch((): MenuItem[] => [])
      .then((items) => {
        if (look === this.#looks) this.#answer(menuOf(target, items))
      })
  }

  /** Closes the list. */
  close(): void {
    this.#looks += 1
    this.#answer(undefined)
  }

  /** Closes the list until something else is written. */
  dismiss({ target }: Menu): void {
    this.#dismissed = placeOf(target)
    this.close()
  }

  #answer(menu: Menu | undefined): void {
    this.#answered = this.#looks
    this.#show(menu)
  }

  async #itemsOf({ kind, query, command }: Target): Promise<MenuItem[]> {
    if (kind === 'argument') return this.#arguments(command ?? '', query)
    if (EXPLICIT.test(query)) return (await this.#context.pathsAfter(query)).map(fileItem)
    const found = fileItems(await this.#files.list(), query)
    // A folder that is not searched can still be walked into.
    return found.length > 0 || !query.includes('/')
      ? found
      : (await this.#context.pathsAfter(query)).map(fileItem)
  }

  async #arguments(command: string, query: string): Promise<MenuItem[]> {
    const candidates = (await findCommand(command)?.complete?.(query, this.#context)) ?? []
    return candidates
      .filter(({ value }) => value !== query)
      .map(({ value, hint = '' }) => ({ label: value, hint, insert: value }))
  }
}

function placeOf({ kind, from }: Target): string {
  return `${kind} ${from}`
}

/** The commands that begin so, by any of their names. */
function commandItems(query: string): MenuItem[] {
  const begun = query.toLowerCase()
  const items = SLASH_COMMANDS.flatMap(({ names, argument, help }) => {
    const name = names.includes(begun) ? begun : names.find((each) => each.startsWith(begun))
    if (name === undefined) return []
    return [
      {
        label: `/${name}${argument === '' ? '' : ` ${argument}`}`,
        hint: help,
        insert: argument === '' ? `/${name}` : `/${name} `,
      },
    ]
  })
  // What is written whole is meant.
  const isWhole = ({ insert }: MenuItem): boolean => insert.trimEnd() === `/${begun}`
  return [...items.filter(isWhole), ...items.filter((item) => !isWhole(item))]
}
