import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { LEVELS } from '../../domain/level.ts';
import { nullable } from './reference.ts';

export const TemplateParamsSchema = Type.Object(
  { fingerprint: Type.String({ description: '16 hex digits, as anomalies and clusters show it' }) },
  { additionalProperties: false },
);

const Parameter = Type.Object(
  {
    position: Type.Integer({ description: 'From 0, in the order of the placeholders in the text' }),
    observed: Type.Integer({ description: 'Lines looked at: a sample' }),
    distinct: Type.Integer({
      description:
        'Different values among them: up to 4 counted, more an estimate some per cent off, which ends at 1,597',
    }),
    top: Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }, { additionalProperties: false }), {
      description: 'Most frequent first',
    }),
    quantiles: Type.Optional(
      Type.Object(
        { min: Type.Number(), p50: Type.Number(), p90: Type.Number(), p99: Type.Number(), max: Type.Number() },
        { additionalProperties: false, description: 'Where numbers stand' },
      ),
    ),
  },
  { additionalProperties: false },
);

const LineageEvent = Type.Object(
  {
    timestamp: Type.Number({ description: 'Epoch milliseconds' }),
    kind: Type.Enum(['created', 'generalised', 'merged']),
    fingerprint: Type.String({ description: 'Its own when created; else the one that is an alias since' }),
    template: Type.String(),
  },
  { additionalProperties: false },
);

export const TemplateSchema = Type.Object(
  {
    fingerprint: Type.String({ description: 'The present one, also when an alias was asked for' }),
    service: Type.String(),
    template: Type.String(),
    template_id: Type.Integer(),
    count: Type.Integer({ description: 'Lines since the service was first seen' }),
    first_seen: nullable(Type.Number({ description: 'Epoch milliseconds' })),
    last_seen: nullable(Type.Number({ description: 'Epoch milliseconds' })),
    rate_per_minute: nullable(Type.Number({ description: 'Lines a minute of late' })),
    levels: Type.Partial(Type.Object(Object.fromEntries(LEVELS.map((level) => [level, Type.Integer()])))),
    aliases: Type.Array(Type.String(), { description: 'Fingerprints it had before it generalised or absorbed others' }),
    parameters: Type.Array(Parameter),
    lineage: Type.Array(LineageEvent, { description: 'Oldest first' }),
  },
  { $id: 'Template', title: 'Template', additionalProperties: false },
);

export type TemplateAnswer = Static<typeof TemplateSchema>;
