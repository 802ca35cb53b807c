/**
 * The terminal's input, read by us: keys go to `onPress`. For Ink it is a terminal at which nobody types: Ink switches
 * raw mode through it and hears the replies that it has asked for.
 */
import { Readable } from 'node:stream'
import type { Clock } from '../../client/clock.ts'
import { Burst } from './burst.ts'
import { KeyDecoder, type Decoded } from './key-decoder.ts'
import type { KeyPress } from './key-press.ts'

/** A lone Escape, or half a sequence, is waited for so long; a slow line brings the rest within it. */
const SEQUENCE_MS = 40
/** A paste whose end never comes. */
const PASTE_MS = 5000

export class TerminalInput extends Readable {
  readonly isTTY = true
  readonly #terminal: NodeJS.ReadStream
  readonly #clock: Clock
  readonly #decoder = new KeyDecoder()
  readonly #burst: Burst
  readonly #onKitty: () => void
  #isReading = false
  #cancelFlush: (() => void) | undefined

  /** `onKitty`: the terminal says that it has the Kitty keyboard protocol. */
  constructor(
    terminal: NodeJS.ReadStream,
    clock: Clock,
    onPress: (press: KeyPress) => void,
    onKitty: () => void = () => {},
  ) {
    super({ encoding: 'utf8' })
    this.#terminal = terminal
    this.#clock = clock
    this.#burst = new Burst(clock, onPress)
    this.#onKitty = onKitty
  }

  /** Raw mode, in which keys are read. Without it the terminal belongs to another program, or to nobody. */
  setRawMode(on: boolean): this {
    this.#terminal.setRawMode(on)
    if (on === this.#isReading) return this
    this.#isReading = on
    if (on) {
      this.#terminal.setEncoding('utf8')
      this.#terminal.on('data', this.#heard)
      this.#terminal.resume()
    } else {
      this.#terminal.off('data', this.#heard)
      this.#terminal.pause()
      this.#settle()
    }
    return this
  }

  ref(): this {
    this.#terminal.ref()
    return this
  }

  unref(): this {
    this.#terminal.unref()
    return this
  }

  override _read(): void {
    // What there is is pushed when it comes.
  }

  readonly #heard = (chunk: string | Buffer): void => {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    this.#take(this.#decoder.push(String(chunk)))
    const { awaits } = this.#decoder
    if (awaits === 'nothing') return
    this.#cancelFlush = this.#clock.after(awaits === 'paste' ? PASTE_MS : SEQUENCE_MS, () => {
      // Where this process was late, what came meanwhile is read first.
      this.#cancelFlush = this.#clock.after(1, () => {
        this.#settle()
      })
    })
  }

  #settle(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    this.#take(this.#decoder.flush())
    if (!this.#isReading) this.#burst.flush()
  }

  #take(decoded: readonly Decoded[]): void {
    const presses = decoded.filter((one) => one.type !== 'reply')
    for (const one of decoded) {
      if (one.type !== 'reply') continue
      this.push(one.sequence)
      this.#onKitty()
    }
    if (presses.length > 0) this.#burst.take(presses)
  }
}
