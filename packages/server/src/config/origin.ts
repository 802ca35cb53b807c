/**
 * Whether `text` is an origin as browsers write it in the `Origin` header (RFC 6454, 6.2). Anything else (a path, a
 * capital letter, the scheme's usual port, `*`) would match no request.
 */
export function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s\\*]+$/.test(text) || !URL.canParse(text)) return false
  const { origin } = new URL(text)
  // Schemes that the URL standard does not know, such as `vscode-webview:`, have no origin there, yet are sent.
  return origin === 'null' ? text === text.toLowerCase() : origin === text
}
