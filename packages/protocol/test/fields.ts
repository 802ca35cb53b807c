/** The fields of a frame's schema, as PROTOCOL.md's tables name them. */
import type { z } from 'zod'
import { ERROR_CODES } from '../src/index.ts'
import { nodeOf, type SchemaNode } from './schema-node.ts'

export interface Field {
  readonly name: string
  readonly type: string
  readonly optional: boolean
}

/** Walks a schema: every field at any depth, as `a.b` and `a[].b`. */
export function fieldsOf(schema: z.ZodType): Field[] {
  return fieldsUnder(nodeOf(schema), '')
}

function fieldsUnder(node: SchemaNode, prefix: string): Field[] {
  const nested = (node.anyOf ?? []).flatMap((branch) => fieldsUnder(branch, prefix))
  const elements = node.items === undefined ? [] : fieldsUnder(node.items, `${prefix}[]`)
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const name = prefix === '' ? key : `${prefix}.${key}`
    const optional = node.required?.includes(key) !== true
    return [{ name, type: typeOf(child), optional }, ...fieldsUnder(child, name)]
  })
  return [...nested, ...elements, ...own]
}

function typeOf(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``
  if (node.enum !== undefined) {
    if (node.enum.length === ERROR_CODES.length) return 'error code'
    return `one of ${node.enum.map((value) => `\`${String(value)}\``).join(', ')}`
  }
  if (node.anyOf !== undefined) {
    return node.anyOf
      .map(typeOf)
      .reduce((left, right) => `${left}${/[, ]/.test(left) ? ';' : ''} or ${right}`)
  }
  if (node.format === 'uuid') return 'uuid'
  if (node.items !== undefined) {
    const count =
      node.minItems === undefined ? '' : ` (${node.minItems} to ${node.maxItems ?? '…'})`
    return `array of ${typeOf(node.items)}${count}`
  }
  if (node.additionalProperties !== undefined) return `map of ${typeOf(node.additionalProperties)}`
  if (node.minLength !== undefined) return `${node.type}, not empty`
  if (node.exclusiveMinimum !== undefined) return `${node.type}, above ${node.exclusiveMinimum}`
  if (node.minimum === undefined) return node.type ?? ''
  return node.maximum === undefined || node.maximum === Number.MAX_SAFE_INTEGER
    ? `${node.type}, from ${node.minimum}`
    : `${node.type}, ${node.minimum} to ${node.maximum}`
}
