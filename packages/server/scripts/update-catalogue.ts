/**
 * Writes the catalogue of models (`src/catalogue/models.json`) anew from models.dev, which gathers what the vendors
 * publish: `node scripts/update-catalogue.ts [FILE]`, FILE being a copy of its api.json where it cannot be reached.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { SOURCE_URL, catalogueFrom } from '../src/catalogue/models-dev.ts'

const TARGET = new URL('../src/catalogue/models.json', import.meta.url)

async function source(file: string | undefined): Promise<string> {
  if (file !== undefined) return readFile(file, 'utf8')
  const answer = await fetch(SOURCE_URL)
  if (!answer.ok) throw new Error(`${SOURCE_URL} answers with status ${answer.status}`)
  return answer.text()
}

const catalogue = catalogueFrom(JSON.parse(await source(process.argv[2])), new Date())
await writeFile(TARGET, `${JSON.stringify(catalogue, null, 2)}\n`)
process.stdout.write(`${Object.keys(catalogue.models).length} models\n`)
