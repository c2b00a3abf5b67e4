import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { MARKS } from '../../domain/feedback.ts';

const Fingerprint = Type.String({
  pattern: '^[0-9a-f]{16}$',
  description: 'Of a template, as anomalies and clusters have it',
});
const IncidentId = Type.String({ pattern: '^[0-9a-f]{16}$', description: 'All templates of this incident' });

export const FeedbackBodySchema = Type.Object(
  {
    fingerprint: Type.Optional(Fingerprint),
    incident: Type.Optional(IncidentId),
    mark: Type.Enum([...MARKS], {
      description: 'expected: its lines are learnt and stay quiet; watch: each of them is told',
    }),
    note: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false },
);

export type FeedbackBody = Static<typeof FeedbackBodySchema>;

export const FeedbackQuerySchema = Type.Object(
  { fingerprint: Type.Optional(Fingerprint), incident: Type.Optional(IncidentId) },
  { additionalProperties: false },
);

export type FeedbackQuery = Static<typeof FeedbackQuerySchema>;

export const FeedbackAnswerSchema = Type.Object(
  {
    feedback: Type.Array(
      Type.Object(
        {
          fingerprint: Type.String(),
          mark: Type.Enum([...MARKS]),
          incident: Type.Optional(Type.String({ description: 'Marked as one of the templates of this incident' })),
          note: Type.Optional(Type.String()),
          created_at: Type.Number({ description: 'Epoch milliseconds' }),
        },
        { additionalProperties: false },
      ),
      { description: 'The latest first' },
    ),
  },
  { additionalProperties: false },
);

export type FeedbackAnswer = Static<typeof FeedbackAnswerSchema>;
