/**
 * An append-only log of lines in files, for a process that may be killed at any moment. The files are numbered blocks: a
 * block is begun when the one before is full, and blocks are dropped from the oldest. Never an fsync: what was written
 * survives the process, and a loss of power may cost the end.
 */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { codeOf } from './failures.ts'

/** A block takes no more lines beyond this many bytes. */
const BLOCK_BYTES = 8 * 1024 * 1024
/** Lines up to this many bytes need no buffer of their own. */
const USUAL_BYTES = 64 * 1024
/** UTF-8 takes so many bytes at most for a UTF-16 code unit. */
const BYTES_PER_UNIT = 3

const FILE = /^journal-(\d+)\.log$/

export interface LoggedLine {
  readonly block: number
  readonly line: string
}

/** Lines in order, in blocks that are dropped from the oldest. */
export interface LineLog {
  /** The block that the next line goes into. */
  readonly block: number
  /** Appends the line (which has no line feed) whole or not at all. Throws where it can not be written. */
  append(line: string): void
  /** Drops all blocks before this one; where that is all there are, the log is empty. */
  dropBefore(block: number): void
  /** All lines, from the oldest. */
  lines(): Iterable<LoggedLine>
  /** Takes this block, which can not be read, and all after it out of the log, and keeps them aside. */
  putAside(from: number): void
  close(): void
}

export class LogFile implements LineLog {
  readonly #folder: string
  readonly #buffer = Buffer.allocUnsafe(USUAL_BYTES)
  #oldest: number
  #block: number
  /** Of the newest block, once a line was appended to it. */
  #file: number | undefined
  #length = 0

  /** The log in this folder; its next line begins a block. Throws where the folder can not be read. */
  constructor(folder: string) {
    this.#folder = folder
    const blocks = readdirSync(folder).flatMap((name) => {
      const [, block] = FILE.exec(name) ?? []
      return block === undefined ? [] : [Number(block)]
    })
    this.#block = Math.max(0, ...blocks) + 1
    this.#oldest = Math.min(this.#block, ...blocks)
  }

  get block(): number {
    return this.#block
  }

  append(line: string): void {
    const file = (this.#file ??= openSync(this.#path(this.#block), 'a', 0o600))
    try {
      this.#length += this.#write(file, `${line}\n`)
    } catch (error) {
      this.#cutOff(file)
      throw error
    }
    if (this.#length >= BLOCK_BYTES) this.#beginBlock()
  }

  dropBefore(block: number): void {
    while (this.#oldest < Math.min(block, this.#block)) {
      rmSync(this.#path(this.#oldest), { force: true })
      this.#oldest += 1
    }
    if (block <= this.#block || this.#file === undefined || this.#length === 0) return
    ftruncateSync(this.#file)
    this.#length = 0
  }

  *lines(): Generator<LoggedLine> {
    for (let block = this.#oldest; block <= this.#block; block += 1) {
      const lines = this.#read(block).split('\n')
      // A line without its end was being written when the process was killed: nobody has seen what is in it.
      for (const line of lines.slice(0, -1)) yield { block, line }
    }
  }

  putAside(from: number): void {
    const now = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
    for (let block = from; block <= this.#block; block += 1) {
      const path = this.#path(block)
      if (existsSync(path)) renameSync(path, `${path}.damaged-${now}`)
    }
    this.#beginBlock()
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #path(block: number): string {
    return join(this.#folder, `journal-${block}.log`)
  }

  #read(block: number): string {
    try {
      return readFileSync(this.#path(block), 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return ''
      throw error
    }
  }

  /** Returns the number of bytes. On the path of every delta. */
  #write(file: number, text: string): number {
    const isUsual = text.length * BYTES_PER_UNIT <= USUAL_BYTES
    const bytes = isUsual ? this.#buffer : Buffer.from(text)
    const length = isUsual ? bytes.write(text) : bytes.length
    // A disk that is nearly full takes a part.
    for (let written = 0; written < length;) {
      written += writeSync(file, bytes, written, length - written)
    }
    return length
  }

  /** Takes back what was written of a line. Where even that fails, its block ends with a line without an end. */
  #cutOff(file: number): void {
    try {
      ftruncateSync(file, this.#length)
    } catch {
      this.#beginBlock()
    }
  }

  #beginBlock(): void {
    this.close()
    this.#block += 1
    this.#length = 0
  }
}
