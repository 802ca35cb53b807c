/** The log of a store that is never on disk: nobody will read it after this process, but it is a log like any other. */
import { failureOf } from './failures.ts'
import type { LineLog, LoggedLine } from './log-file.ts'

const BLOCK_LINES = 1024

export class LogMemory implements LineLog {
  readonly #maxLength: number
  #lines: LoggedLine[] = []
  #length = 0
  #block = 1
  #inBlock = 0

  /** `maxLength`: of all lines together, in UTF-16 code units. Beyond, appending fails as `full`. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  get block(): number {
    return this.#block
  }

  append(line: string): void {
    if (this.#length + line.length > this.#maxLength) throw failureOf('full')
    this.#lines.push({ block: this.#block, line })
    this.#length += line.length
    this.#inBlock += 1
    if (this.#inBlock < BLOCK_LINES) return
    this.#block += 1
    this.#inBlock = 0
  }

  dropBefore(block: number): void {
    const [oldest] = this.#lines
    if (oldest === undefined || oldest.block >= block) return
    this.#lines = this.#lines.filter((line) => line.block >= block)
    this.#length = lengthOf(this.#lines)
  }

  lines(): Iterable<LoggedLine> {
    return this.#lines
  }

  putAside(from: number): void {
    this.#lines = this.#lines.filter(({ block }) => block < from)
    this.#length = lengthOf(this.#lines)
  }

  close(): void {
    this.#lines = []
  }
}

function lengthOf(lines: readonly LoggedLine[]): number {
  return lines.reduce((length, { line }) => length + line.length, 0)
}
