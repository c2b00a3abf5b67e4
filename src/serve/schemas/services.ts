import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';

export const ServicesQuerySchema = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })) },
  { additionalProperties: false },
);

const counts = { line_counts: Type.Array(Type.Integer()), anomaly_counts: Type.Array(Type.Integer()) };

export const ServicesAnswerSchema = Type.Object({
  service_count: Type.Integer({ description: 'Of all services that are known' }),
  line_count: Type.Integer({ description: 'Lines that were scored since the start' }),
  start: Type.String({ format: 'date-time', description: 'Of the first bucket; the last one is the present' }),
  bucket_seconds: Type.Integer(),
  ...counts,
  services: Type.Array(
    Type.Object({
      service: Type.String(),
      state: Type.Enum(['learning', 'watching', 'quiet', 'bursting']),
      lines: Type.Integer({ description: 'Since the service is known' }),
      ...counts,
    }),
    { description: 'The busiest first' },
  ),
});

export type ServicesAnswer = Static<typeof ServicesAnswerSchema>;
