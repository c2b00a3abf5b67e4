import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { SOURCE_NAMES } from '../../sources/catalogue.ts';

const OptionSchema = Type.Object(
  {
    key: Type.String({ description: 'In the credentials of a request' }),
    variable: Type.String({ description: 'In the environment' }),
    description: Type.String(),
    required: Type.Boolean(),
    secret: Type.Boolean({ description: 'Its value is never shown' }),
    is_set: Type.Boolean(),
  },
  { additionalProperties: false },
);

export const SourcesAnswerSchema = Type.Object(
  {
    sources: Type.Array(
      Type.Object(
        {
          source: Type.Enum([...SOURCE_NAMES]),
          title: Type.String(),
          configured: Type.Boolean({ description: 'Everything that it cannot do without is set' }),
          description: Type.String(),
          credentials: Type.Array(OptionSchema),
          supports: Type.Object(
            {
              absolute_windows: Type.Boolean(),
              whole: Type.Boolean({ description: 'Whether it is read from its first row to its last by window=all' }),
              max_rows: Type.Boolean({ description: 'Whether MAX_ROWS bounds a window' }),
              pushdown: Type.Boolean({ description: 'Whether the store can count, so that MAX_ROWS bounds nothing' }),
              credentials_per_request: Type.Boolean(),
            },
            { additionalProperties: false },
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export type SourcesAnswer = Static<typeof SourcesAnswerSchema>;
