/** Edits of the user's configuration file: one key changes, every other byte stays. */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { formatKey, startsWith, tomlOutline, type TomlEntry } from '@speak-code/server/config'
import { makeFolder } from '@speak-code/server/folders'

/**
 * Gives the key at `path` (at least two steps: every key stands in a table) the value `text`, which is TOML. `source`
 * must be valid TOML. An existing value is replaced where it stands; a new key goes into its table, next to a
 * commented-out line of the same name where there is one; a missing table is added at the end.
 */
export function setKey(source: string, path: readonly string[], text: string): string {
  const entries = tomlOutline(source)
  const existing = entries.find((entry) => entry.kind === 'pair' && isAt(entry, path))
  if (existing !== undefined) return splice(source, existing.valueStart, existing.end, text)
  for (let length = path.length - 1; length > 0; length -= 1) {
    const changed = addUnder(source, entries, path, path.slice(0, length), text)
    if (changed !== undefined) return changed
  }
  return appendTable(source, path, text)
}

/**
 * Writes the file in one step, so that no reader ever sees half of it. A new file is the user's alone (0600, its
 * folder 0700), an old one keeps its mode; behind a symbolic link the file that it points to changes. Throws the
 * system's error.
 */
export function writeConfigFile(path: string, source: string): void {
  makeFolder(dirname(path))
  const stat = statSync(path, { throwIfNoEntry: false })
  const target = stat === undefined ? path : realpathSync(path)
  const mode = stat === undefined ? 0o600 : stat.mode & 0o777
  const beside = `${target}.${randomUUID()}.tmp`
  try {
    const file = openSync(beside, 'wx', mode)
    try {
      writeFileSync(file, source)
      // What the umask took away, for a file that had it.
      fchmodSync(file, mode)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, target)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

/** Adds the key under `table`, which is part of its path, if the document writes that table in some way. */
function addUnder(
  source: string,
  entries: readonly TomlEntry[],
  path: readonly string[],
  table: readonly string[],
  text: string,
): string | undefined {
  const inline = entries.find(
    (entry) => entry.kind === 'pair' && isAt(entry, table) && source[entry.valueStart] === '{',
  )
  if (inline !== undefined) {
    const pair = `${formatKey(path.slice(table.length))} = ${text}`
    return addInline(source, entries, inline, pair)
  }
  const header = entries.find((entry) => entry.kind === 'header' && isAt(entry, table))
  if (header !== undefined && table.length === path.length - 1)
    return addToSection(source, entries, header, `${formatKey(path.slice(table.length))} = ${text}`)
  // The table is made by dotted keys: [a] b.c = 1, or a.b.c = 1; a header for it would define it twice.
  const dotted = entries.findLast(
    (entry) =>
      entry.kind === 'pair' &&
      entry.depth === 0 &&
      startsWith(entry.path, table) &&
      entry.section.length < table.length,
  )
  if (dotted === undefined) return undefined
  const pair = `${formatKey(path.slice(dotted.section.length))} = ${text}`
  return addLine(source, dotted.end, indentOf(source, dotted) + pair)
}

function addInline(
  source: string,
  entries: readonly TomlEntry[],
  table: TomlEntry,
  pair: string,
): string {
  const last = entries.findLast(
    (entry) =>
      entry.depth === table.depth + 1 && entry.start > table.valueStart && entry.end < table.end,
  )
  if (last !== undefined) return splice(source, last.end, last.end, `, ${pair}`)
  const after = table.valueStart + 1
  const space = /\s/.test(source.charAt(after)) ? '' : ' '
  return splice(source, after, after, ` ${pair}${space}`)
}

function addToSection(
  source: string,
  entries: readonly TomlEntry[],
  header: TomlEntry,
  pair: string,
): string {
  const pairs = entries.filter(
    (entry) => entry.kind === 'pair' && entry.depth === 0 && isAt(header, entry.section),
  )
  const last = pairs.at(-1) ?? header
  const next = entries.find((entry) => entry.kind === 'header' && entry.start > header.start)
  const key = pair.slice(0, pair.indexOf(' = '))
  const comment = commentedOut(source, pairs, header.end, next?.start ?? source.length, key)
  return addLine(source, comment ?? last.end, indentOf(source, last) + pair)
}

/** The end of the line that has `key` commented out, between two offsets and before a commented-out header. */
function commentedOut(
  source: string,
  pairs: readonly TomlEntry[],
  from: number,
  to: number,
  key: string,
): number | undefined {
  let at = from
  for (const line of source.slice(from, to).split('\n')) {
    const end = at + line.trimEnd().length
    const text = /^[ \t]*#[ \t]*(.*)$/.exec(line.trimEnd())?.[1]
    const isInValue = pairs.some((pair) => pair.valueStart < at && at < pair.end)
    if (text !== undefined && !isInValue) {
      if (text.startsWith('[')) return undefined
      if (text.startsWith(key) && /^[ \t]*=/.test(text.slice(key.length))) return end
    }
    at += line.length + 1
  }
  return undefined
}

function appendTable(source: string, path: readonly string[], text: string): string {
  const newline = newlineOf(source)
  const end = source === '' || source.endsWith('\n') ? '' : newline
  const blank = source.trim() === '' || /\n\r?\n$/.test(source) ? '' : newline
  const header = `[${formatKey(path.slice(0, -1))}]`
  const pair = `${formatKey(path.slice(-1))} = ${text}`
  return `${source}${end}${blank}${header}${newline}${pair}${newline}`
}

/** Puts `line` after the line that holds the offset `at`. */
function addLine(source: string, at: number, line: string): string {
  const newline = newlineOf(source)
  const end = source.indexOf('\n', at)
  return end === -1
    ? `${source}${newline}${line}${newline}`
    : splice(source, end + 1, end + 1, `${line}${newline}`)
}

function indentOf(source: string, entry: TomlEntry): string {
  return /[ \t]*$/.exec(source.slice(0, entry.start))?.[0] ?? ''
}

function newlineOf(source: string): string {
  return source.includes('\r\n') ? '\r\n' : '\n'
}

function isAt(entry: TomlEntry, path: readonly (string | number)[]): boolean {
  return entry.path.length === path.length && startsWith(entry.path, path)
}

function splice(source: string, from: number, to: number, text: string): string {
  return source.slice(0, from) + text + source.slice(to)
}
