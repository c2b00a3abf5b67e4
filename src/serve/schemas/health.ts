import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';

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

const StatusPartSchema = Type.Object(
  {
    name: Type.String({
      description: 'A sink is `sink/` and its name, a source `source/` and its name, a database `store/` and its kind',
    }),
    state: Type.Union([Type.Literal('ok'), Type.Literal('degraded'), Type.Literal('failed'), Type.Literal('off')]),
    detail: Type.Optional(Type.String()),
    last_error: Type.Optional(Type.String({ description: 'The last one, also where it is over' })),
    since: Type.Optional(Type.String({ format: 'date-time' })),
  },
  { additionalProperties: false },
);

const ReceiversSchema = Type.Object(
  {
    otlp_grpc_port: Type.Integer(),
    otlp_http_port: Type.Integer(),
    otlp_http_path: Type.String(),
    tls: Type.Boolean(),
    client_certificate: Type.Boolean({ description: 'Senders have to show one' }),
    token: Type.Boolean({ description: 'Senders have to send one' }),
  },
  { additionalProperties: false },
);

export const StatusSchema = Type.Object(
  {
    ready: Type.Boolean(),
    reasons: Type.Array(Type.String(), { description: 'Why logs are not taken; empty when they are' }),
    parts: Type.Array(StatusPartSchema),
    receivers: Type.Union([ReceiversSchema, Type.Null()], { description: 'Where logs are taken; null until they are' }),
    version: Type.String(),
    uptime_seconds: Type.Number({ minimum: 0 }),
  },
  { additionalProperties: false },
);

export type StatusPart = Static<typeof StatusPartSchema>;
export type StatusAnswer = Static<typeof StatusSchema>;
