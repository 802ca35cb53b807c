/** Makes a provider's error text fit to be shown: no secrets, no account ids, no control codes. Pure. */

const REDACTED = '[redacted]'

/** Longest text that people get to see, and how much of it is looked at. */
const SHOWN_LENGTH = 500
const READ_LENGTH = 8192

/** What keys, tokens and account ids look like. Each pattern is linear in the text's length. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Credentials in a URL, and in its query.
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,512}@/gi, `$1${REDACTED}@`],
  [
    /([?&;\s](?:api[-_]?key|key|token|access_token|secret|password|sig|signature|code)=)[^\s&"'<>]{1,2048}/gi,
    `$1${REDACTED}`,
  ],
  [/\b((?:bearer|basic)\s+)[\w.~+/=*-]{6,2048}/gi, `$1${REDACTED}`],
  // Keys by their prefixes (OpenAI, Anthropic, OpenRouter, Groq, xAI, Perplexity, GitHub, Google, Amazon …).
  [
    /\b(?:sk|rk|pk|gsk|csk|xai|pplx|nvapi|hf|fw|tgp|r8|gh[opsu]|github_pat)[-_][\w*.…-]{6,2048}/g,
    REDACTED,
  ],
  [/\b(?:AIza|AKIA|ASIA|ya29\.)[\w*-]{12,2048}/g, REDACTED],
  [/\beyJ[\w-]{6,2048}(?:\.[\w-]{1,4096}){1,2}/g, REDACTED],
  // Accounts.
  [
    /\b(?:org|proj|project|user|acct|account|cus|team|workspace|wrkspc|tenant)[-_](?=[a-z]{0,128}[A-Z0-9*])[A-Za-z0-9*]{6,128}/g,
    REDACTED,
  ],
  [/\b(projects\/|project_number:|project number )[\w-]{4,64}/gi, `$1${REDACTED}`],
  [/\barn:aws[\w-]{0,16}:[^\s"']{1,512}/g, REDACTED],
  [/\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b/g, REDACTED],
  // Any long run of hexadecimal digits, and UUIDs.
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, REDACTED],
  [/\b[0-9a-f]{32,2048}\b/gi, REDACTED],
]

// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g

/**
 * The text without secrets, account ids and control characters, on one line, at most 500 characters
 * long. `secrets` are removed wherever they stand, whatever they look like.
 */
export function scrub(text: string, secrets: readonly string[] = []): string {
  let clean = text.slice(0, READ_LENGTH)
  for (const secret of secrets) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, REDACTED)
  }
  clean = clean.replaceAll(CONTROLS, ' ')
  for (const [pattern, replacement] of PATTERNS) clean = clean.replaceAll(pattern, replacement)
  clean = clean.replaceAll(/\s+/g, ' ').trim()
  if (clean.length <= SHOWN_LENGTH) return clean.toWellFormed()
  return `${clean
    .slice(0, SHOWN_LENGTH - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`
}
