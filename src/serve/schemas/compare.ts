import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { CHANGES } from '../../domain/comparison.ts';
import { SOURCE_NAMES } from '../../sources/catalogue.ts';
import { FileAnswerSchema, LevelCountsSchema } from './clusters.ts';
import { nullable, reference } from './reference.ts';
import { windowFields } from './window-query.ts';

const Count = Type.Integer({ minimum: 0 });
const Instant = Type.String({ format: 'date-time' });
/** Two ISO 8601 times and a slash. */
const SIDE_CHARS_MAX = 81;

const side = (what: string) =>
  Type.String({
    minLength: 1,
    maxLength: SIDE_CHARS_MAX,
    description: `${what}: a length that ends now (1h, 24h, 7d), START/END in ISO 8601, or, of files, all before the other`,
  });

/** What two windows share belongs to the one that begins later. */
export const CompareQuerySchema = Type.Object(
  {
    source: windowFields.source,
    a: side('The window to compare with'),
    b: side('The window that is looked at'),
  },
  { additionalProperties: false },
);

export interface CompareQuery {
  source: string;
  a: string;
  b: string;
}

export function compareQueryOf({ source, a, b }: Static<typeof CompareQuerySchema>): CompareQuery {
  return { source: source ?? 'otlp', a, b };
}

const SideSchema = Type.Object(
  {
    start: Type.String({
      format: 'date-time',
      description: 'Later than asked where older rows were left out or not held',
    }),
    end: Instant,
    log_count: Count,
    cluster_count: Count,
    truncated: Type.Boolean({ description: 'The window had more rows than were read; the newest were kept' }),
    file: Type.Optional(reference(FileAnswerSchema)),
  },
  { additionalProperties: false },
);

const ComparedTemplateSchema = Type.Object(
  {
    fingerprint: Type.String({ description: 'Of the more general template where the two differ' }),
    service: Type.String(),
    template: Type.String(),
    change: Type.Enum([...CHANGES]),
    count_a: Count,
    count_b: Count,
    rate_a: Type.Number({ minimum: 0, description: 'Lines a minute' }),
    rate_b: Type.Number({ minimum: 0, description: 'Lines a minute' }),
    ratio: nullable(Type.Number({ minimum: 0, description: 'rate_b over rate_a; null where that is 0' })),
    p_value: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'That so large a difference comes by chance, adjusted for the number of templates',
    }),
    levels_a: LevelCountsSchema,
    levels_b: LevelCountsSchema,
    is_anomaly_a: Type.Boolean(),
    is_anomaly_b: Type.Boolean(),
    x: Type.Number({ minimum: 0, maximum: 100, description: 'Both windows are laid out on one map' }),
    y: Type.Number({ minimum: 0, maximum: 100 }),
  },
  { additionalProperties: false },
);

export const CompareAnswerSchema = Type.Object(
  {
    source: Type.Enum([...SOURCE_NAMES]),
    a: SideSchema,
    b: SideSchema,
    counts: Type.Object(
      { new: Count, gone: Count, more: Count, fewer: Count, same: Count },
      { additionalProperties: false, description: 'Templates by their change' },
    ),
    templates: Type.Array(ComparedTemplateSchema, { description: 'New first, then gone, more, fewer and same' }),
  },
  { additionalProperties: false },
);

export type CompareAnswer = Static<typeof CompareAnswerSchema>;
