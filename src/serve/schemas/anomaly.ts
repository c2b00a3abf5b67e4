import { Type } from '@fastify/type-provider-typebox';
import { DETAIL_SCOPES, REASONS } from '../../domain/anomaly.ts';
import { LEVELS } from '../../domain/level.ts';
import { reference } from './reference.ts';

const ReasonDetail = Type.Object(
  {
    reason: Type.Enum([...REASONS]),
    observed: Type.Number(),
    expected: Type.Number({ description: 'What is usual here' }),
    unit: Type.String({ description: 'What both count' }),
    since: Type.Number({ description: 'Since when it has been so, epoch milliseconds' }),
    scope: Type.Optional(
      Type.Enum([...DETAIL_SCOPES], {
        description: 'Whether both count lines of the whole service or of one template; absent where they count none',
      }),
    ),
    fingerprint: Type.Optional(Type.String({ description: 'Of the template, where the scope is one' })),
  },
  { additionalProperties: false },
);

const FeatureDetail = Type.Object(
  {
    feature: Type.String(),
    value: Type.Number(),
    low: Type.Number({ description: '5th percentile in this service' }),
    high: Type.Number({ description: '95th percentile in this service' }),
  },
  { additionalProperties: false },
);

const NearestTemplate = Type.Object(
  {
    template: Type.String(),
    fingerprint: Type.String(),
    differences: Type.Array(
      Type.Object({ usual: Type.String(), here: Type.String() }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false, description: 'The usual template most like this one, and where they differ' },
);

const ExplanationSchema = Type.Object(
  {
    details: Type.Array(ReasonDetail, { description: 'The numbers behind each reason' }),
    features: Type.Array(FeatureDetail, { description: 'What moved the score, strongest first' }),
    nearest: Type.Optional(NearestTemplate),
    first_seen: Type.Number({ description: 'Of the template, epoch milliseconds' }),
    last_seen: Type.Number(),
    template_count: Type.Integer({ description: 'Lines of the template so far' }),
    repeats: Type.Integer({ description: 'Lines alike since the last anomaly of this template' }),
  },
  { additionalProperties: false, description: 'Not in the reference profile' },
);

export const AnomalySchema = Type.Object(
  {
    id: Type.Integer({ description: 'Number of the anomaly in the live stream, or in the answer' }),
    is_anomaly: Type.Literal(true),
    reasons: Type.Array(Type.Enum([...REASONS]), { minItems: 1 }),
    service: Type.String(),
    template: Type.String({ description: 'Constant tokens, placeholders such as <NUM>, and wildcards <*>' }),
    template_id: Type.Integer({ description: 'Stable for the life of the process' }),
    fingerprint: Type.String({ description: 'Stable hash of service and template, the same on every machine' }),
    hst_score: Type.Number({ minimum: 0, maximum: 1, description: 'Half-Space-Trees score, high is anomalous' }),
    timestamp: Type.Number({ description: 'Epoch milliseconds' }),
    message: Type.String(),
    level: Type.Enum([...LEVELS]),
    trace_id: Type.Optional(Type.String()),
    span_id: Type.Optional(Type.String()),
    explanation: Type.Optional(ExplanationSchema),
  },
  { $id: 'Anomaly', title: 'Anomaly', additionalProperties: false },
);

/** An anomaly's id, or a point in time. */
const Since = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'Id of the last anomaly already seen, or an ISO 8601 time such as 2026-11-22T20:00:00Z',
});
const Service = Type.String({ minLength: 1, maxLength: 1024, description: 'Only this service' });
const Reason = Type.Enum([...REASONS], { description: 'Only anomalies that have this reason' });

export const AnomaliesQuerySchema = Type.Object(
  {
    since: Type.Optional(Since),
    service: Type.Optional(Service),
    reason: Type.Optional(Reason),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false },
);

export const StreamQuerySchema = Type.Object(
  {
    since: Type.Optional(Since),
    service: Type.Optional(Service),
    reason: Type.Optional(Reason),
    min_score: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Only scores from here up' })),
  },
  { additionalProperties: false },
);

export const AnomaliesAnswerSchema = Type.Object(
  {
    anomaly_count: Type.Integer(),
    anomalies: Type.Array(reference(AnomalySchema), { description: 'Oldest first' }),
    next_since: Type.Integer({ description: 'Pass as since= to go on from here' }),
    missed: Type.Integer({ description: 'Anomalies after since= that have made room for newer ones' }),
  },
  { additionalProperties: false },
);
