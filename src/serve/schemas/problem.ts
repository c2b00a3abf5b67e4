import { Type } from '@fastify/type-provider-typebox';
import type { TSchema } from '@fastify/type-provider-typebox';
import { PROBLEM_CODES } from '../problem.ts';
import { reference } from './reference.ts';

/** RFC 9457. Further members go with some codes, `reasons` with `not_ready`. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'A sentence that says what to do' }),
    code: Type.Enum([...PROBLEM_CODES]),
  },
  { $id: 'Problem', title: 'Problem', additionalProperties: true },
);

const problem = {
  description: 'What is wrong and what to do',
  content: { 'application/problem+json': { schema: reference(ProblemSchema) } },
};

/** Response schemas of a route: its answer, the refusals worth naming, and `default` for those that any call can get. */
export function responses<Answer extends TSchema>(answer: Answer, ...statuses: number[]): { 200: Answer } {
  const refusals = Object.fromEntries([...statuses.map(String), 'default'].map((status) => [status, problem]));
  return { ...refusals, 200: answer };
}
