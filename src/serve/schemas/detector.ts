import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { tenantField } from './window-query.ts';

export const DetectorQuerySchema = Type.Object(
  {
    service: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'Only this service' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 100 })),
    ...tenantField,
  },
  { additionalProperties: false },
);

export interface DetectorQuery {
  /** Undefined: all services. */
  service?: string;
  /** Undefined: the live models. */
  tenant?: string;
  /** Services listed at most; the counts are over all of them. */
  limit: number;
}

export const DetectorStatusSchema = Type.Object(
  {
    trained: Type.Boolean({ description: 'Whether any service has a model' }),
    service_count: Type.Integer(),
    learning_count: Type.Integer({ description: 'Services still in their learning phase' }),
    template_count: Type.Integer(),
    line_count: Type.Integer({ description: 'Lines scored and learnt over all services' }),
    services: Type.Array(
      Type.Object(
        {
          service: Type.String(),
          lines: Type.Integer(),
          learning: Type.Boolean(),
          templates: Type.Integer(),
          templates_evicted: Type.Integer(),
        },
        { additionalProperties: false },
      ),
      { description: 'By name, at most limit= of them' },
    ),
    truncated: Type.Boolean({ description: 'More services exist than are listed' }),
  },
  { $id: 'DetectorStatus', title: 'DetectorStatus', additionalProperties: false },
);

export type DetectorStatus = Static<typeof DetectorStatusSchema>;

export const DetectorResetQuerySchema = Type.Object(tenantField, { additionalProperties: false });

export const DetectorResetSchema = Type.Object(
  {
    reset: Type.Literal(true),
    services_removed: Type.Integer(),
  },
  { additionalProperties: false },
);

export type DetectorReset = Static<typeof DetectorResetSchema>;
