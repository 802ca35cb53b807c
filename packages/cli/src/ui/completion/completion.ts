/** Completion while one types: when the list opens, and what keys mean while it is open. */
import type { CommandContext } from '../../chat/slash-commands.ts'
import type { Clock } from '../../client/clock.ts'
import type { Command } from '../key-map.ts'
import type { ScreenStore } from '../screen-store.ts'
import { Completer } from './completer.ts'
import { chosenItem, isWritten, moved, type Menu } from './menu.ts'
import { targetAt } from './target.ts'

export interface CompletionParts {
  readonly screen: ScreenStore
  readonly context: CommandContext
  readonly clock: Clock
  /** The folder whose files are completed. */
  readonly folder: string
}

export class Completion {
  readonly #screen: ScreenStore
  readonly #completer: Completer
  /** Completion was asked for: a single one is taken at once. */
  #isAsked = false

  constructor({ screen, context, clock, folder }: CompletionParts) {
    this.#screen = screen
    this.#completer = new Completer({
      context,
      clock,
      folder,
      show: (menu) => {
        this.#show(menu)
      },
    })
  }

  /** Looks for what can stand at the cursor. `asked`: by the key for it, and not by the way. */
  look(asked = false): void {
    const { text, cursor } = this.#screen.snapshot().composer.editor
    this.#isAsked = asked
    this.#completer.look(text, cursor, asked)
  }

  close(): void {
    this.#isAsked = false
    this.#completer.close()
  }

  /** What a key means while the list is open. Returns whether it is dealt with. */
  press(command: Command): boolean {
    const { menu, editor } = this.#screen.snapshot().composer
    if (menu === undefined) return false
    if (command === 'previous' || command === 'next') {
      this.#screen.compose({ type: 'menu', menu: moved(menu, command === 'next' ? 1 : -1) })
      return true
    }
    if (command === 'stop') {
      this.#completer.dismiss(menu)
      return true
    }
    if (command === 'complete') {
      // What is in the list belongs to what was written before.
      if (this.#completer.isLooking) this.look(true)
      else this.#accept(chosenItem(menu) === undefined ? moved(menu, 1) : menu)
      return true
    }
    if (command !== 'send') return false
    const isMeant =
      chosenItem(menu) !== undefined && !isWritten(menu, editor.text) && !this.#completer.isLooking
    if (isMeant) this.#accept(menu)
    else this.close()
    return isMeant
  }

  #show(menu: Menu | undefined): void {
    const isAsked = this.#isAsked
    this.#isAsked = false
    if (isAsked && menu?.items.length === 1) this.#accept({ ...menu, chosen: 0 })
    else this.#screen.compose({ type: 'menu', menu })
  }

  #accept(menu: Menu): void {
    const { text, cursor } = this.#screen.snapshot().composer.editor
    const target = targetAt(text, cursor)
    const item = chosenItem(menu)
    this.#screen.compose({ type: 'menu', menu: undefined })
    if (item === undefined || target?.from !== menu.target.from) return
    this.#screen.compose({
      type: 'complete',
      from: target.from,
      to: target.to,
      text: item.insert,
    })
    this.look()
  }
}
