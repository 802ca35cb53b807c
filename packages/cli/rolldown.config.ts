/** Bundles the program with all that it needs, so that an installed `speak-code` has next to no dependencies. */
import { readFileSync } from 'node:fs'
import { defineConfig, type OutputOptions } from 'rolldown'
import { z } from 'zod'

const { dependencies } = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')))

/** Split at dynamic imports: a command loads what it needs and no more. */
export const output: OutputOptions = { dir: 'bundle', format: 'esm', minify: true, cleanDir: true }

export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  external: [
    ...Object.keys(dependencies),
    // Ink imports it only where DEV is set, and it brings a browser's worth of code.
    'react-devtools-core',
  ],
  resolve: { conditionNames: ['@speak-code/source', 'node', 'import', 'default'] },
  transform: { target: 'node22', define: { 'process.env.NODE_ENV': '"production"' } },
  output,
})
