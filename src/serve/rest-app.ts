import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';

/** Fastify whose handlers get their types from the routes' schemas. */
export type RestApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export const JSON_TYPE = { produces: 'application/json' };

/** Of calls that may take long: JSON, or server-sent events with the progress on the way. */
export const JSON_OR_EVENTS = { produces: ['application/json', 'text/event-stream'] };
