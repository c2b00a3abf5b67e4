import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { SOURCES } from './window-query.ts';

export const SourcesAnswerSchema = Type.Object(
  {
    sources: Type.Array(
      Type.Object(
        {
          source: Type.Enum([...SOURCES]),
          configured: Type.Boolean(),
          description: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export type SourcesAnswer = Static<typeof SourcesAnswerSchema>;
