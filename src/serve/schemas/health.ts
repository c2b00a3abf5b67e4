import { Type } from '@fastify/type-provider-typebox';

export const HealthSchema = Type.Object(
  { status: Type.Literal('ok'), version: Type.String() },
  { additionalProperties: false },
);

export const ReadySchema = Type.Object({ ready: Type.Literal(true) }, { additionalProperties: false });
