import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';

/** Values are checked against the source's own list of keys, which is configuration and not a schema. */
export const CredentialsBodySchema = Type.Object(
  {
    source: Type.String({ minLength: 1, maxLength: 64 }),
    credentials: Type.Record(Type.String(), Type.String({ maxLength: 16_384 }), { maxProperties: 32 }),
  },
  { additionalProperties: false },
);

export type CredentialsBody = Static<typeof CredentialsBodySchema>;

export const CredentialsQuerySchema = Type.Object(
  {
    source: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Omitted: all sources' })),
  },
  { additionalProperties: false },
);

export const CredentialsAnswerSchema = Type.Object(
  {
    credentials: Type.Array(
      Type.Object(
        {
          source: Type.String(),
          configured: Type.Boolean({ description: 'Everything that the source needs is set' }),
          keys: Type.Array(Type.String(), { description: 'Keys it takes' }),
          keys_set: Type.Array(Type.String(), { description: 'Keys that are set; values are never shown' }),
          set_by: Type.Enum(['environment', 'request', 'nobody']),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export type CredentialsAnswer = Static<typeof CredentialsAnswerSchema>;
