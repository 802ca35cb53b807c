import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { spawn } from '@lydell/node-pty'
import { Argument, Command, Option } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { suggest } from '../completion/suggestions.ts'
import { completionCommand, runCompletion, type Shell } from './completion.ts'
import { configCommand } from './config.ts'

const run = promisify(execFile)

/** A program with every kind of thing that can be completed. */
function program(): Command {
  const root = new Command('speak-code')
  root
    .command('ask')
    .description("ask one question: it's quick")
    .argument('[prompt...]')
    .option('-m, --model <id>', 'the model')
    .option('-f, --file <path>', 'a file')
    .option('--no-save', 'keep nothing')
    .addOption(new Option('--output-format <format>', 'how').choices(['text', 'json', 'a b']))
    .addOption(new Option('--secret').hideHelp())
  root.command('hidden', { hidden: true })
  const history = root.command('history').alias('h').description('what was said')
  history.command('list').option('--json', 'as JSON')
  history
    .command('export')
    .argument('[id]')
    .addOption(new Option('--format <format>').choices(['md', 'json']))
    .option('-o, --output <file>', 'write it here')
  root
    .command('open')
    .addArgument(new Argument('<what>').choices(['door', 'window']))
    .addArgument(suggest(new Argument('<key>'), () => ['blue', 'brass']))
    .option('--into <dir>', 'a folder')
  root.addCommand(completionCommand(() => ({ stdout: { write: () => true } })))
  return root
}

async function scriptFor(shell: Shell, from = program()): Promise<string> {
  let text = ''
  const stdout = { write: (chunk: string) => (text += chunk) }
  expect(await runCompletion({ shell, program: from }, { stdout })).toBe(0)
  return text
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'speak-code-completion-'))
  mkdirSync(join(folder, 'a dir'))
  writeFileSync(join(folder, 'a file.txt'), '')
  writeFileSync(join(folder, 'b.txt'), '')
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0
}

/** What is typed, the cursor at its end, and what must be offered then. */
const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['speak-code ', ['ask', 'completion', 'h', 'help', 'history', 'open']],
  ['speak-code hi', ['history']],
  ['speak-code history ', ['export', 'help', 'list']],
  ['speak-code h l', ['list']],
  ['speak-code history export --f', ['--format']],
  ['speak-code history export --format ', ['json', 'md']],
  ['speak-code history export --format j', ['json']],
  ['speak-code history export --format=m', ['--format=md']],
  ['speak-code history export x --format md -o b', ['b.txt']],
  ['speak-code ask --', ['--file', '--help', '--model', '--no-save', '--output-format']],
  ['speak-code ask -m history --output-format t', ['text']],
  ['speak-code ask history ', []],
  ['speak-code ask --model ', []],
  ['speak-code ask --file=b', ['--file=b.txt']],
  ['speak-code open ', ['door', 'window']],
  ['speak-code open door b', ['blue', 'brass']],
  ['speak-code open door blue ', []],
  ['speak-code completion ', ['bash', 'fish', 'zsh']],
]

describe('completion as text', () => {
  test.each(['bash', 'zsh', 'fish'] as const)('%s: what help shows, and no more', async (shell) => {
    const script = await scriptFor(shell)
    for (const word of ['ask', 'history', 'export', '--output-format', 'window', 'brass'])
      expect(script).toContain(`'${word}`)
    expect(script).not.toContain('hidden')
    expect(script).not.toContain('--secret')
    expect(script.endsWith('\n')).toBe(true)
  })

  test('config get and set offer the keys of the schema', async () => {
    const root = new Command('speak-code')
    root.addCommand(
      configCommand(() => {
        throw new Error('not run')
      }),
    )
    const script = await scriptFor('bash', root)
    expect(script).toMatch(/'config get 0'\) candidates=\(.*'openai\.model'.*\)/)
    expect(script).not.toContain('providers')
  })

  test('takes the program that it belongs to, and refuses an unknown shell', async () => {
    let text = ''
    const root = new Command('other-name').exitOverride().configureOutput({ writeErr: () => {} })
    const stdout = { write: (chunk: string) => (text += chunk) }
    root.addCommand(completionCommand(() => ({ stdout })).copyInheritedSettings(root))
    const before = process.exitCode
    await root.parseAsync(['completion', 'bash'], { from: 'user' })
    process.exitCode = before
    expect(text).toContain('complete -F _other_name other-name')
    await expect(root.parseAsync(['completion', 'tcsh'], { from: 'user' })).rejects.toThrow('tcsh')
  })
})

/**
 * What bash offers for the line. Its words are split as readline does: at blanks, and at `=`, which is a word of its own.
 */
async function inBash(line: string): Promise<readonly string[]> {
  const words = line.split(/ |(=)/).filter((word) => word !== undefined)
  const script = `
    source ./completion.bash
    complete -p speak-code >/dev/null || exit 1
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _speak_code
    [[ \${#COMPREPLY[@]} == 0 ]] || printf '%s\\n' "\${COMPREPLY[@]}"`
  writeFileSync(join(folder, 'completion.bash'), await scriptFor('bash'))
  const args = ['--norc', '-c', script, 'bash', ...words]
  const { stdout, stderr } = await run('bash', args, { cwd: folder })
  // Outside of a completion compopt complains; bash has no way to be in one without a terminal.
  expect(stderr.replaceAll(/.*compopt: not currently executing completion function\n/g, '')).toBe(
    '',
  )
  return stdout
    .split('\n')
    .filter((word) => word !== '')
    .toSorted()
}

describe.skipIf(!isInstalled('bash'))('bash, the real one', () => {
  test.each(LINES)('%j', async (line, expected) => {
    const found = await inBash(line)
    // What stands before the sign is a word of its own here.
    expect(found).toEqual(expected.map((word) => word.replace(/^--.*=/, '')))
  })

  test('files and folders with blanks in their names', async () => {
    expect(await inBash('speak-code ask -f a')).toEqual(['a dir', 'a file.txt'])
    expect(await inBash('speak-code open --into ')).toEqual(['a dir'])
  })

  test('after the sign alone, the values', async () => {
    expect(await inBash('speak-code ask --output-format=')).toEqual([
      String.raw`a\ b`,
      'json',
      'text',
    ])
  })
})

async function inFish(line: string): Promise<readonly string[]> {
  const script = `source ./completion.fish; complete -C ${JSON.stringify(line)}`
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }
  writeFileSync(join(folder, 'completion.fish'), await scriptFor('fish'))
  const { stdout, stderr } = await run('fish', ['--no-config', '-c', script], { cwd: folder, env })
  expect(stderr).toBe('')
  const words = stdout.split('\n').map((word) => word.split('\t')[0] ?? '')
  return words.filter((word) => word !== '').toSorted()
}

describe.skipIf(!isInstalled('fish'))('fish, the real one', () => {
  test.each(LINES)('%j', async (line, expected) => {
    expect(await inFish(line)).toEqual(expected)
  })
})

/** Types the line into an interactive zsh and lets it list what it would offer. */
async function listedByZsh(line: string): Promise<string> {
  const script = join(folder, 'completion.zsh')
  writeFileSync(script, await scriptFor('zsh'))
  const env = { ...process.env, PS1: 'READY>', TERM: 'dumb', ZDOTDIR: folder }
  const terminal = spawn('zsh', ['-f', '-i'], { cwd: folder, env, cols: 200, rows: 60 })
  let unread = ''
  let arrived: (() => void) | undefined
  terminal.onData((data) => {
    unread += data
    arrived?.()
  })
  /** Reads on to the mark, and gives what stands before it. */
  function readTo(mark: string): Promise<string> {
    return new Promise((resolve) => {
      arrived = () => {
        const at = unread.indexOf(mark)
        if (at === -1) return
        const before = unread.slice(0, at)
        unread = unread.slice(at + mark.length)
        arrived = undefined
        resolve(before)
      }
      arrived()
    })
  }
  try {
    await readTo('READY>')
    terminal.write(
      `autoload -Uz compinit; compinit -u -d ${folder}/dump; source ${script}; ` +
        `unsetopt zle_bracketed_paste; setopt no_always_last_prompt; print LOAD''ED\r`,
    )
    await readTo('LOADED')
    await readTo('READY>')
    // Ctrl-D within a line lists; the line, printed again, shows that the list is complete.
    terminal.write(`${line}\u0004`)
    await readTo(line)
    return await readTo(`READY>${line}`)
  } finally {
    terminal.kill()
  }
}

describe.skipIf(!isInstalled('zsh'))('zsh, the real one', () => {
  test('lists commands with their descriptions', async () => {
    const screen = await listedByZsh('speak-code ')
    expect(screen).toContain('what was said')
    expect(screen).toContain("ask one question: it's quick")
    expect(screen).toContain('completion')
  })

  test.each(LINES.filter(([, expected]) => expected.length > 1))('%j', async (line, expected) => {
    const screen = await listedByZsh(line)
    for (const word of expected) expect(screen).toContain(word)
  })
})
