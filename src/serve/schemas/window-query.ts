import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';

/** Sources that this version can read windows from. */
export const SOURCES = ['otlp', 'file'] as const;

export type SourceName = (typeof SOURCES)[number];

/** `start` and `end` of a window, `hours` of a custom one: what parsing makes of them is the sources' business. */
export const windowFields = {
  source: Type.Optional(
    Type.Enum([...SOURCES], { default: 'otlp', description: 'otlp: the rolling buffer; file: FILE_PATH' }),
  ),
  window: Type.Optional(
    Type.String({ minLength: 1, maxLength: 40, description: '1h 6h 12h 24h 1d 7d, bare hours (3h, 48), or custom' }),
  ),
  hours: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Length of a custom window' })),
  start: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'ISO 8601' })),
  end: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'ISO 8601; omitted: now' })),
};

export const WindowQuerySchema = Type.Object(windowFields, { additionalProperties: false });

/** A window as the engine gets it; `source` has its default by then. */
export interface WindowQuery {
  source: SourceName;
  window?: string;
  hours?: number;
  start?: string;
  end?: string;
}

export function windowQueryOf(fields: Static<typeof WindowQuerySchema>): WindowQuery {
  return { ...fields, source: fields.source ?? 'otlp' };
}
