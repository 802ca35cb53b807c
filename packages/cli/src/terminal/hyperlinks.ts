/** Links that a terminal can open: OSC 8. */
import type { WriteStream } from 'node:tty'
import { crc32 } from 'node:zlib'
import { createSupportsHyperlinks } from 'supports-hyperlinks'

/** What a click may open; anything else could run something. */
const SCHEMES = new Set(['http:', 'https:', 'mailto:', 'ftp:'])

/** Terminals drop longer ones (VTE: 2083 bytes). */
const MAX_LENGTH = 2000

export const CLOSE_HYPERLINK = '\u001b]8;;\u001b\\'

/**
 * The sequence that begins a link; {@link CLOSE_HYPERLINK} ends it. The parts of a link that is broken into several
 * rows have the same id, so that the terminal takes them for one. Undefined for what is no absolute URL of a harmless
 * scheme.
 */
export function openHyperlink(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { href, protocol } = new URL(url)
  // A URL that was parsed has only printable ASCII, as OSC 8 demands.
  if (!SCHEMES.has(protocol) || href.length > MAX_LENGTH || !/^[\x21-\x7e]+$/.test(href)) {
    return undefined
  }
  return `\u001b]8;id=${crc32(href).toString(36)};${href}\u001b\\`
}

/** Whether links may be written to `stream`: only with colours, and to a terminal that is known to show them. */
export function wantsHyperlinks(
  colors: boolean,
  stream: Pick<WriteStream, 'isTTY'> | undefined,
): boolean {
  return colors && createSupportsHyperlinks(stream)
}
