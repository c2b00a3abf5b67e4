import { Type } from '@fastify/type-provider-typebox';

/** Of calls without parameters: one that is given is a mistake, and says so. */
export const NoQuerySchema = Type.Object({}, { additionalProperties: false });
