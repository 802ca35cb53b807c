/** The doctor's findings, for people and for programs. */
import type { Check } from './check.ts'

const WORDS: Readonly<Record<Check['status'], string>> = {
  ok: 'ok',
  info: 'note',
  warning: 'warning',
  problem: 'PROBLEM',
}

const COLUMN = Math.max(...Object.values(WORDS).map((word) => word.length))

/** A line for each check, what to do below it, and the upshot at the end. */
export function describeChecks(checks: readonly Check[]): string {
  const lines = checks.flatMap(({ status, id, detail, fix }) => [
    `${WORDS[status].padEnd(COLUMN)}  ${id}: ${detail}`,
    ...(fix === undefined ? [] : indented(fix)),
  ])
  return `${[...lines, '', upshot(checks)].join('\n')}\n`
}

export function chatWorks(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== 'problem')
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => (line === '' ? '' : `${' '.repeat(COLUMN + 4)}${line}`))
}

function upshot(checks: readonly Check[]): string {
  const problems = checks.filter(({ status }) => status === 'problem').length
  if (problems === 0) return 'A chat works.'
  return problems === 1
    ? 'A chat would not work: there is a problem.'
    : `A chat would not work: there are ${String(problems)} problems.`
}
