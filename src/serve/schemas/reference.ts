import { Type } from '@fastify/type-provider-typebox';
import type { Static, TSchema, TUnsafe } from '@fastify/type-provider-typebox';

/** A `$ref` to a schema with an `$id`, so that the OpenAPI document names it once; the static type stays. */
export function reference<Schema extends TSchema>(schema: Schema): TUnsafe<Static<Schema>> {
  const { $id } = schema as { $id?: string };
  if ($id === undefined) throw new Error('a schema that is referred to needs an $id');
  return Type.Unsafe<Static<Schema>>({ $ref: `${$id}#` });
}

/** `null` where there is no value yet. */
export function nullable<Schema extends TSchema & { type: string }>(schema: Schema): TUnsafe<Static<Schema> | null> {
  return Type.Unsafe<Static<Schema> | null>({ ...schema, type: [schema.type, 'null'] });
}
