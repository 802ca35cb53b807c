/** Bundles the program with all that it needs, so that an installed `speak-code` has next to no dependencies. */
import { readFileSync } from 'node:fs'
import { defineConfig, type OutputOptions, type Plugin } from 'rolldown'
import { z } from 'zod'

const { dependencies } = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')))

interface Deferral {
  /** The file of a library. */
  readonly file: RegExp
  readonly found: RegExp
  readonly put: string
}

/** What libraries do when they are loaded, though few runs need it, and what is done instead. */
const DEFERRALS: readonly Deferral[] = [
  {
    // The table of all emoji, 30 ms, is built for clusters of several characters; `widthOf` knows the usual ones by itself.
    file: /\/string-width\/index\.js$/,
    found: /const (?<name>\w+) = \/(?<pattern>.*\\p\{RGI_Emoji\}.*)\/v;/,
    put: `
      let emoji
      const emojiPattern = () => (emoji ??= new RegExp(String.raw\`$<pattern>\`, 'v'))
      const $<name> = {
        test: (text) => emojiPattern().test(text),
        exec: (text) => emojiPattern().exec(text),
      }`,
  },
  {
    // The module is in the file itself, as a data URL: it is decoded rather than fetched, which takes Node's HTTP client.
    file: /\/yoga-wasm-base64-esm\.js$/,
    found: /"function"!=typeof fetch/g,
    put: 'true',
  },
  {
    // For compression and wss, which most connections do without: a tenth of an `ask`.
    file: /\/ws\/lib\/(?:permessage-deflate|websocket)\.js$/,
    found: /const (?<name>https|tls|zlib) = require\('\k<name>'\);/g,
    put: `
      const $<name> = new Proxy(
        {},
        { get: (_, member) => process.getBuiltinModule('node:$<name>')[member] },
      )`,
  },
]

/** Fails where a library is not as it was found: then see whether it is still needed. */
const deferring: Plugin = {
  name: 'deferring',
  transform: {
    filter: { id: DEFERRALS.map(({ file }) => file) },
    handler: (code, id) => {
      const { found, put } = DEFERRALS.find(({ file }) => file.test(id)) ?? {}
      if (found === undefined || put === undefined || code.search(found) === -1) {
        throw new Error(`${id} has nothing to defer`)
      }
      return { code: code.replace(found, put), map: null }
    },
  },
}

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
  plugins: [deferring],
  output,
})
