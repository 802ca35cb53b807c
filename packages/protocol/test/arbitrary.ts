/** Any value that a schema takes. */
import * as fc from 'fast-check'
import type { z } from 'zod'
import { nodeOf, type SchemaNode } from './schema-node.ts'

/** Strings of any UTF-16 units, halves of surrogate pairs among them. */
export const anyString = (minLength = 0): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    minLength,
  })

export function arbitraryOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  return ofNode(nodeOf(schema))
}

function ofNode(node: SchemaNode): fc.Arbitrary<unknown> {
  if (node.const !== undefined) return fc.constant(node.const)
  if (node.enum !== undefined) return fc.constantFrom(...node.enum)
  const branches = node.anyOf ?? node.oneOf
  if (branches !== undefined) return fc.oneof(...branches.map(ofNode))
  switch (node.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.maxSafeInteger().filter((value) => inRange(node, value))
    case 'number':
      return fc
        .double({
          noNaN: true,
          noDefaultInfinity: true,
          min: node.minimum ?? -Number.MAX_VALUE,
          max: node.maximum ?? Number.MAX_VALUE,
        })
        .map((value) => (value === 0 ? 0 : value))
    case 'string':
      return stringOf(node)
    case 'array':
      return fc.array(ofNode(node.items ?? {}), {
        minLength: node.minItems ?? 0,
        maxLength: node.maxItems ?? 5,
      })
    case 'object':
      return objectOf(node)
    case undefined:
    default:
      throw new Error(`no values for ${JSON.stringify(node)}`)
  }
}

function inRange(node: SchemaNode, value: number): boolean {
  return value >= (node.minimum ?? -Infinity) && value > (node.exclusiveMinimum ?? -Infinity)
}

function stringOf(node: SchemaNode): fc.Arbitrary<string> {
  if (node.format === 'uuid') return fc.uuid()
  return node.pattern === undefined
    ? anyString(node.minLength)
    : fc.stringMatching(new RegExp(node.pattern))
}

function objectOf(node: SchemaNode): fc.Arbitrary<unknown> {
  if (node.additionalProperties !== undefined) {
    return fc.dictionary(stringOf(node.propertyNames ?? {}), ofNode(node.additionalProperties), {
      noNullPrototype: true,
    })
  }
  const fields: Record<string, fc.Arbitrary<unknown>> = {}
  for (const [key, child] of Object.entries(node.properties ?? {})) fields[key] = ofNode(child)
  return fc.record(fields, {
    requiredKeys: [...(node.required ?? [])],
    noNullPrototype: true,
  })
}
