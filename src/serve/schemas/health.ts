import { Type } from '@fastify/type-provider-typebox';

export const HealthSchema = Type.Object(
  { status: Type.Literal('ok'), version: Type.String() },
  { additionalProperties: false },
);

export const ReadySchema = Type.Object(
  {
    ready: Type.Literal(true),
    degraded: Type.Optional(
      Type.Array(Type.String(), { description: 'What is not as it should be, while logs are taken all the same' }),
    ),
  },
  { additionalProperties: false },
);
