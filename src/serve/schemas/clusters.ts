import { Type } from '@fastify/type-provider-typebox';
import type { Static, TOptional } from '@fastify/type-provider-typebox';
import { FORMAT_WORDS } from '../../domain/format-word.ts';
import { LEVELS } from '../../domain/level.ts';
import type { Level } from '../../domain/level.ts';
import { DetectorStatusSchema } from './detector.ts';
import { LogRowSchema } from './log-row.ts';
import { nullable, reference } from './reference.ts';
import { SOURCE_NAMES } from '../../sources/catalogue.ts';

const Count = Type.Integer({ minimum: 0 });
const Instant = Type.String({ format: 'date-time' });

/** Lines by level; levels without any are left out. */
export const LevelCountsSchema = Type.Object(
  Object.fromEntries(LEVELS.map((level) => [level, Type.Optional(Count)])) as Record<Level, TOptional<typeof Count>>,
  { additionalProperties: false },
);

export const ClusterSchema = Type.Object(
  {
    id: Type.Integer({ description: 'Unique in the answer' }),
    fingerprint: Type.String({ description: 'Stable hash of service and template, the same on every machine' }),
    aliases: Type.Optional(
      Type.Array(Type.String(), { description: 'Fingerprints that it had, or that templates it took in had' }),
    ),
    name: Type.String(),
    service: Type.String(),
    x: Type.Number({ minimum: 0, maximum: 100 }),
    y: Type.Number({ minimum: 0, maximum: 100 }),
    size: Type.Number({ description: '8 to 50 by log of the count' }),
    color: Type.String(),
    logCount: Count,
    isAnomaly: Type.Boolean(),
    avgScore: Type.Number({ minimum: 0, maximum: 1, description: 'Isolation Forest, high is anomalous' }),
    firstSeen: Type.Number({ description: 'Epoch milliseconds' }),
    lastSeen: Type.Number({ description: 'Epoch milliseconds' }),
    template: Type.String(),
    logs: Type.Array(reference(LogRowSchema), { maxItems: 10 }),
    levels: LevelCountsSchema,
    dispersion: Type.Optional(
      Type.Number({
        minimum: 0,
        description:
          'Variance over mean of its rows in equal parts of the window: 1 is chance, n about n rows at a time',
      }),
    ),
    series: Type.Optional(
      Type.Array(Count, {
        maxItems: 64,
        description: "With series=true: rows in equal parts of the time from the window's first row to its last",
      }),
    ),
    isolationDepth: Type.Optional(Type.Number({ description: 'Mean path length; on anomalous clusters' })),
  },
  { $id: 'Cluster', title: 'Cluster', additionalProperties: false },
);

export const FileAnswerSchema = Type.Object(
  {
    files: Type.Integer({ description: 'Files read' }),
    format: Type.Enum([...FORMAT_WORDS], { description: 'How they are written, as FILE_FORMAT has it' }),
    bad_lines: Type.Integer({ description: 'Lines that are not of the format; they were skipped' }),
    cut_lines: Type.Integer({ description: 'Lines longer than 1 MiB, of which the head was kept' }),
    untimed_rows: Type.Integer({
      description: 'Rows that say no time and took that of a row beside them, or of the last change of the file',
    }),
    rows_outside: Type.Integer({ description: 'Rows that are not in the window' }),
    outside_start: Type.Optional(Type.String({ format: 'date-time', description: 'Time of the first of these' })),
    outside_end: Type.Optional(Type.String({ format: 'date-time', description: 'Time of the last of these' })),
    first_bad_path: Type.Optional(Type.String({ description: 'Where there are several files' })),
    first_bad_line: Type.Optional(Type.Integer({ description: 'Counted from 1' })),
    first_bad_problem: Type.Optional(Type.String()),
    links_skipped: Type.Optional(
      Type.Integer({
        description: 'Links that the pattern met and that lead out of FILE_ROOT: they were not followed',
      }),
    ),
    first_link_skipped: Type.Optional(Type.String()),
  },
  { $id: 'File', title: 'File', additionalProperties: false, description: 'With source=file: what reading it met' },
);

export type FileAnswer = Static<typeof FileAnswerSchema>;

const answerFields = {
  source: Type.Enum([...SOURCE_NAMES]),
  window: Type.String(),
  lookback_hours: Type.Number(),
  start: Instant,
  end: Instant,
  log_count: Count,
  cluster_count: Count,
  truncated: Type.Boolean({ description: 'The window had more rows than were read; the newest were kept' }),
  clusters: Type.Array(reference(ClusterSchema), { description: 'Non-anomalous first' }),
  file: Type.Optional(reference(FileAnswerSchema)),
  pushdown: Type.Optional(
    Type.Object(
      {
        used: Type.Boolean({ description: 'The store counted the window itself; MAX_ROWS did not hold' }),
        reason: Type.Optional(Type.String({ description: 'Where it did not: why its rows were read one by one' })),
      },
      { additionalProperties: false, description: 'Of a source that supports pushdown' },
    ),
  ),
};

export const ClustersAnswerSchema = Type.Object(answerFields, { additionalProperties: false });

export type ClustersAnswer = Static<typeof ClustersAnswerSchema>;

export const TrainAnswerSchema = Type.Object(
  {
    ...answerFields,
    trained_on: Type.Integer({
      minimum: 0,
      description: 'Rows of the window that the models have learnt, now or live',
    }),
    detector: reference(DetectorStatusSchema),
  },
  { additionalProperties: false },
);

export type TrainAnswer = Static<typeof TrainAnswerSchema>;

/** The clusters of the latest retraining; all is null or empty before the first. */
export const LiveClustersAnswerSchema = Type.Object(
  {
    source: Type.Literal('otlp'),
    retrained_at: nullable(Instant),
    start: nullable(Instant),
    end: nullable(Instant),
    log_count: Count,
    cluster_count: Count,
    truncated: Type.Boolean(),
    clusters: Type.Array(reference(ClusterSchema), { description: 'Non-anomalous first' }),
  },
  { additionalProperties: false },
);

export type LiveClustersAnswer = Static<typeof LiveClustersAnswerSchema>;
