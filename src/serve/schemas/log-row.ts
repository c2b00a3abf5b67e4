import { Type } from '@fastify/type-provider-typebox';
import { LEVELS } from '../../domain/level.ts';

/** The furthest instants that a JavaScript date can hold, in epoch milliseconds. */
const TIMESTAMP_MAX = 8.64e15;

export const LogRowSchema = Type.Object(
  {
    timestamp: Type.Number({ description: 'Epoch milliseconds' }),
    message: Type.String(),
    level: Type.Enum([...LEVELS]),
    service: Type.String(),
  },
  { $id: 'LogRow', title: 'LogRow', additionalProperties: false },
);

/** A row as callers may post it: other spellings of the level are read, further members are ignored. */
export const PostedRowSchema = Type.Object({
  timestamp: Type.Integer({ minimum: 0, maximum: TIMESTAMP_MAX, description: 'Epoch milliseconds' }),
  message: Type.String(),
  level: Type.String({
    maxLength: 64,
    description: `One of ${LEVELS.join(' ')}, or another spelling of one (WARNING, ERR, crit, 40, ...)`,
  }),
  service: Type.String({ minLength: 1, maxLength: 1024 }),
});
