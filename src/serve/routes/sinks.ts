import type { Engine } from '../engine.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';
import { SinkParamsSchema, SinksAnswerSchema, SinkTestSchema } from '../schemas/sinks.ts';

const tags = ['sinks'];

/** Where alerts go, and whether they arrive. */
export function addSinkRoutes(app: RestApp, engine: Engine): void {
  app.route({
    method: 'GET',
    url: '/sinks',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: 'Sinks that alerts are delivered to, and how that goes',
      querystring: NoQuerySchema,
      response: responses(SinksAnswerSchema, 400),
    },
    handler: async () => engine.sinks(),
  });
  app.route({
    method: 'POST',
    url: '/sinks/:name/test',
    config: { ...JSON_TYPE, takesBody: false, isCostly: true },
    schema: {
      tags,
      summary: 'Sends a test alert to a sink, and tells what came of it',
      description:
        'At once, past what waits, and once. PagerDuty is told of the end of it too, so that nobody is paged.',
      params: SinkParamsSchema,
      querystring: NoQuerySchema,
      response: responses(SinkTestSchema, 400, 404),
    },
    handler: async ({ params }) => engine.testSink(params.name),
  });
}
