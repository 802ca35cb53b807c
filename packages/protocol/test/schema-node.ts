/** Our schemas as data that can be walked. */
import { z } from 'zod'

/** The part of JSON Schema that zod writes for our frames. */
export interface SchemaNode {
  readonly type?: string | undefined
  readonly const?: unknown
  readonly enum?: readonly unknown[] | undefined
  readonly format?: string | undefined
  readonly pattern?: string | undefined
  readonly minLength?: number | undefined
  readonly minimum?: number | undefined
  readonly exclusiveMinimum?: number | undefined
  readonly maximum?: number | undefined
  readonly minItems?: number | undefined
  readonly maxItems?: number | undefined
  readonly anyOf?: readonly SchemaNode[] | undefined
  readonly items?: SchemaNode | undefined
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined
  readonly oneOf?: readonly SchemaNode[] | undefined
  readonly propertyNames?: SchemaNode | undefined
  readonly additionalProperties?: SchemaNode | undefined
  readonly required?: readonly string[] | undefined
}

const SchemaNode: z.ZodType<SchemaNode> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    minLength: z.number().optional(),
    minimum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    maximum: z.number().optional(),
    minItems: z.number().optional(),
    maxItems: z.number().optional(),
    anyOf: z.array(SchemaNode).optional(),
    items: SchemaNode.optional(),
    properties: z.record(z.string(), SchemaNode).optional(),
    oneOf: z.array(SchemaNode).optional(),
    propertyNames: SchemaNode.optional(),
    additionalProperties: SchemaNode.optional(),
    required: z.array(z.string()).optional(),
  }),
)

/** What a schema takes at the door. */
export function nodeOf(schema: z.ZodType): SchemaNode {
  return SchemaNode.parse(z.toJSONSchema(schema, { io: 'input' }))
}
