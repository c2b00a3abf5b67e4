import { Type } from '@fastify/type-provider-typebox';
import type { Engine } from '../engine.ts';
import { Problem } from '../problem.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { HealthSchema, ReadySchema, StatusSchema } from '../schemas/health.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';

/** The metrics page, rendered when it is asked for. */
export interface MetricsPage {
  contentType: string;
  render(): Promise<string>;
}

const tags = ['operation'];

export function addHealthRoutes(app: RestApp, engine: Engine, metrics: MetricsPage, version: string): void {
  app.route({
    method: 'GET',
    url: '/health',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: 'The process answers',
      security: [],
      querystring: NoQuerySchema,
      response: responses(HealthSchema, 400),
    },
    handler: async () => ({ status: 'ok' as const, version }),
  });
  app.route({
    method: 'GET',
    url: '/ready',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: 'Logs are taken; else 503 with the reasons',
      security: [],
      querystring: NoQuerySchema,
      response: responses(ReadySchema, 400, 503),
    },
    handler: async () => {
      const { ready, reasons, degraded = [] } = engine.ready();
      if (ready) return { ready: true as const, ...(degraded.length === 0 ? {} : { degraded }) };
      throw new Problem(503, 'not_ready', reasons.join('; '), { extensions: { reasons }, retryAfterSeconds: 1 });
    },
  });
  app.route({
    method: 'GET',
    url: '/status',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: 'How each part stands, and its last error',
      querystring: NoQuerySchema,
      response: responses(StatusSchema, 400),
    },
    handler: async () => {
      const { ready, reasons } = engine.ready();
      return {
        ready,
        reasons,
        parts: engine.parts(),
        receivers: engine.receivers(),
        version,
        uptime_seconds: process.uptime(),
      };
    },
  });
  app.route({
    method: 'GET',
    url: '/metrics',
    config: { produces: 'text/plain' },
    schema: {
      tags,
      summary: 'Metrics in the text format of Prometheus',
      querystring: NoQuerySchema,
      response: responses(textAnswer('text/plain'), 400),
    },
    handler: async (_request, reply) => reply.type(metrics.contentType).send((await metrics.render()) as never),
  });
}

/** A response of text, as OpenAPI describes it. */
export function textAnswer(mediaType: string): ReturnType<typeof Type.Unsafe<string>> {
  return Type.Unsafe<string>({ description: 'Text', content: { [mediaType]: { schema: Type.String() } } });
}
