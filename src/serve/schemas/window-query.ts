import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { SOURCE_NAMES } from '../../sources/catalogue.ts';

/** `start` and `end` of a window, `hours` of a custom one: what parsing makes of them is the sources' business. */
export const windowFields = {
  source: Type.Optional(
    Type.Enum([...SOURCE_NAMES], {
      default: 'otlp',
      description: 'otlp: the rolling buffer; file: FILE_PATH; others: stores, see /sources',
    }),
  ),
  window: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 40,
      description: '1h 6h 12h 24h 1d 7d, minutes (30m), bare hours (3h, 48), custom, or, of files, all',
    }),
  ),
  hours: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Length of a custom window' })),
  start: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'ISO 8601' })),
  end: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'ISO 8601; omitted: now' })),
};

export const WindowQuerySchema = Type.Object(windowFields, { additionalProperties: false });

export const tenantField = {
  tenant: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '^[A-Za-z0-9._-]+$',
      description: 'Whose models: those of one tenant know nothing of the live ones or of others',
    }),
  ),
};

/** What a request brings for itself alone, beside the window. */
export const callFields = {
  credentials: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 16_384 }), {
      maxProperties: 32,
      description: 'Values of the source for this request alone; they go over those that are set',
    }),
  ),
  ...tenantField,
};

/** The body of a call for a window; without one, the query says all. */
export const WindowBodySchema = Type.Object({ ...windowFields, ...callFields }, { additionalProperties: false });

const seriesField = {
  series: Type.Optional(Type.Boolean({ description: 'Clusters tell their rows over time, in at most 64 parts' })),
};

export const ClustersQuerySchema = Type.Object({ ...windowFields, ...seriesField }, { additionalProperties: false });

export const ClustersBodySchema = Type.Object(
  { ...windowFields, ...seriesField, ...callFields },
  { additionalProperties: false },
);

/** A window as the engine gets it; `source` has its default by then. */
export interface WindowQuery {
  source: string;
  window?: string;
  hours?: number;
  start?: string;
  end?: string;
  credentials?: Record<string, string>;
  tenant?: string;
  series?: boolean;
}

export function windowQueryOf(fields: Static<typeof ClustersBodySchema>): WindowQuery {
  return { ...fields, source: fields.source ?? 'otlp' };
}
