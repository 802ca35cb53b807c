/** OSC 52: the terminal itself puts the text on its clipboard, however far away it is. */
export function clipboardSequence(text: string): string {
  return `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`
}
