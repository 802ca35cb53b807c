/**
 * Makes the tarball that `npm install --global` takes: `speak-code-X.Y.Z.tgz`.
 *
 *   node packages/cli/scripts/package.ts [--out FOLDER]     the tarball, in FOLDER or the working folder
 *   node packages/cli/scripts/package.ts --stage FOLDER     only what would be in it, laid out in FOLDER
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build } from 'rolldown'
import { z } from 'zod'
import config, { output } from '../rolldown.config.ts'

const cli = fileURLToPath(new URL('..', import.meta.url))
const repository = fileURLToPath(new URL('../../..', import.meta.url))

const Description = z.looseObject({
  version: z.string(),
  files: z.array(z.string()),
  dependencies: z.record(z.string(), z.string()),
})

function describe(folder: string): z.infer<typeof Description> {
  return Description.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
}

/** The version of a dependency that this workspace has been tested with. */
function installedVersion(name: string): string {
  const file = createRequire(join(cli, 'package.json')).resolve(`${name}/package.json`)
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version
}

/** Lays the package out in `folder`: the bundle, the entry point, a description without our own tools. */
async function stage(folder: string): Promise<void> {
  await build({ ...config, cwd: cli, output: { ...output, dir: join(folder, 'bundle') } })
  cpSync(join(cli, 'bin'), join(folder, 'bin'), { recursive: true })
  for (const page of ['README.md', 'LICENSE']) cpSync(join(repository, page), join(folder, page))
  const { devDependencies: _, scripts: __, private: ___, ...kept } = describe(cli)
  const dependencies = Object.fromEntries(
    Object.keys(kept.dependencies).map((name) => [name, installedVersion(name)]),
  )
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ ...kept, dependencies }, null, 2)}\n`,
  )
}

/** Throws where the package would not work as its description says. */
async function check(folder: string): Promise<void> {
  const { messages, pkg } = await publint({ pkgDir: folder, pack: false, strict: true })
  const faults = messages.filter((message) => message.type !== 'suggestion')
  if (faults.length === 0) return
  throw new Error(faults.map((message) => formatMessage(message, pkg) ?? message.code).join('\n'))
}

const { values } = parseArgs({
  options: { out: { type: 'string', default: '.' }, stage: { type: 'string' } },
})

if (values.stage === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'speak-code-package-'))
  try {
    await stage(folder)
    await check(folder)
    const out = resolve(values.out)
    execFileSync('npm', ['pack', '--silent', '--pack-destination', out], {
      cwd: folder,
      shell: process.platform === 'win32',
    })
    process.stdout.write(`${join(out, `speak-code-${describe(cli).version}.tgz`)}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
} else {
  await stage(resolve(values.stage))
}
