import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { AnomalySchema } from './anomaly.ts';
import { PostedRowSchema } from './log-row.ts';
import { nullable, reference } from './reference.ts';
import { callFields, windowFields } from './window-query.ts';
import { SOURCE_NAMES } from '../../sources/catalogue.ts';

const DETECT_ROWS_MAX = 100_000;
export const DETECT_BYTES_MAX = 64 * 1024 * 1024;

/** Either `logs` or a window; which of the two is checked by hand, as a union's errors name no field. */
export const DetectBodySchema = Type.Object(
  {
    logs: Type.Optional(Type.Array(PostedRowSchema, { minItems: 1, maxItems: DETECT_ROWS_MAX })),
    ...windowFields,
    ...callFields,
  },
  { additionalProperties: false },
);

export type DetectBody = Static<typeof DetectBodySchema>;

export const DetectAnswerSchema = Type.Object(
  {
    source: Type.Enum(['request', ...SOURCE_NAMES]),
    lookback_hours: nullable(Type.Number({ description: 'null for posted logs, and for a file taken whole' })),
    scored: Type.Integer({ minimum: 0 }),
    anomaly_count: Type.Integer({ minimum: 0, description: 'All found, listed or not' }),
    truncated: Type.Boolean({ description: 'Not every row of the window was read, or not every anomaly is listed' }),
    anomalies: Type.Array(reference(AnomalySchema), { description: 'In order of (timestamp, service, message)' }),
  },
  { additionalProperties: false },
);

export type DetectAnswer = Static<typeof DetectAnswerSchema>;
