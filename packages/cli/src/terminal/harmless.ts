/** Makes text that we did not write harmless on a terminal. */

/** Control characters (C0, DEL, C1), save the line feed and the tab. */
const CONTROL = /(?![\n\t])\p{Cc}/gu

/** U+2400: the pictures of the C0 control characters begin here. */
const PICTURES = 0x2400
const PICTURE_OF_DELETE = '\u2421'

/**
 * Control characters become visible signs, so that no escape sequence reaches the terminal: `ESC` is
 * shown as `␛`, C1 characters as `�`. Line feeds and tabs stay; carriage returns are dropped, for they
 * could write over what is there. It works on any piece of a text alone.
 */
export function harmless(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0)
    if (character === '\r') return ''
    if (code < 0x20) return String.fromCharCode(PICTURES + code)
    return code === 0x7f ? PICTURE_OF_DELETE : '\ufffd'
  })
}
