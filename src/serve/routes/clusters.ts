import { clientSignal } from '../client-signal.ts';
import type { Engine } from '../engine.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { ClustersAnswerSchema, LiveClustersAnswerSchema, TrainAnswerSchema } from '../schemas/clusters.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';
import { WindowQuerySchema, windowQueryOf } from '../schemas/window-query.ts';

export function addClusterRoutes(app: RestApp, engine: Engine): void {
  app.route({
    method: 'GET',
    url: '/clusters',
    config: JSON_TYPE,
    schema: {
      tags: ['clusters'],
      summary: 'Clusters of a window, scored by Isolation Forest and laid out',
      querystring: WindowQuerySchema,
      response: responses(ClustersAnswerSchema, 400, 502, 503),
    },
    handler: (request, reply) => engine.clusters(windowQueryOf(request.query), clientSignal(reply)),
  });
  app.route({
    method: 'GET',
    url: '/clusters/live',
    config: JSON_TYPE,
    schema: {
      tags: ['clusters'],
      summary: 'Clusters of the latest retraining over the rolling buffer',
      querystring: NoQuerySchema,
      response: responses(LiveClustersAnswerSchema, 400),
    },
    handler: async () => engine.liveClusters(),
  });
  app.route({
    method: 'POST',
    url: '/clusters/train',
    config: { ...JSON_TYPE, takesBody: false },
    schema: {
      tags: ['clusters'],
      summary: "As GET /clusters, and warms the per-service models with the window's rows",
      querystring: WindowQuerySchema,
      response: responses(TrainAnswerSchema, 400, 502, 503),
    },
    handler: (request, reply) => engine.train(windowQueryOf(request.query), clientSignal(reply)),
  });
}
