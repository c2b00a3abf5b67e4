import type { FastifyRequest } from 'fastify';
import type { RestLogger } from '../answer-problem.ts';
import type { Engine } from '../engine.ts';
import { Problem } from '../problem.ts';
import { JSON_OR_EVENTS, JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { ClustersAnswerSchema, LiveClustersAnswerSchema, TrainAnswerSchema } from '../schemas/clusters.ts';
import { CompareAnswerSchema, CompareQuerySchema, compareQueryOf } from '../schemas/compare.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';
import {
  ClustersBodySchema,
  ClustersQuerySchema,
  WindowBodySchema,
  WindowQuerySchema,
  windowQueryOf,
} from '../schemas/window-query.ts';
import type { WindowQuery } from '../schemas/window-query.ts';
import { withProgress } from '../with-progress.ts';

const REFUSALS = [400, 424, 502, 503, 504];
const PROGRESS =
  'With `Accept: text/event-stream` the answer comes as server-sent events: `progress` (data: rows, and retry while a ' +
  'call to the store is made again) on the way, then ' +
  '`result` (data: the answer) or `problem`.';

const COMPARED =
  'A template is `more` or `fewer` where its rate has changed by half or more, and by more than chance (exact test, ' +
  'false discovery rate 5 %).';

export function addClusterRoutes(app: RestApp, engine: Engine, logger: RestLogger): void {
  app.route({
    method: 'GET',
    url: '/clusters',
    config: { ...JSON_OR_EVENTS, isCostly: true },
    schema: {
      tags: ['clusters'],
      summary: 'Clusters of a window, scored by Isolation Forest and laid out',
      description: PROGRESS,
      querystring: ClustersQuerySchema,
      response: responses(ClustersAnswerSchema, ...REFUSALS),
    },
    handler: (request, reply) =>
      withProgress(request, reply, logger, (watch) => engine.clusters(windowQueryOf(request.query), watch)),
  });
  app.route({
    method: 'POST',
    url: '/clusters',
    config: { ...JSON_OR_EVENTS, isCostly: true },
    preValidation: takeNoBodyAsEmpty,
    schema: {
      tags: ['clusters'],
      summary: 'As GET /clusters, with credentials for this request alone',
      description: `The window stands in the query or in the body. ${PROGRESS}`,
      querystring: ClustersQuerySchema,
      body: ClustersBodySchema,
      response: responses(ClustersAnswerSchema, ...REFUSALS, 413, 415),
    },
    handler: (request, reply) =>
      withProgress(request, reply, logger, (watch) =>
        engine.clusters(windowQueryOf(inOnePlace(request.query, request.body)), watch),
      ),
  });
  app.route({
    method: 'GET',
    url: '/clusters/compare',
    config: { ...JSON_OR_EVENTS, isCostly: true },
    schema: {
      tags: ['clusters'],
      summary: 'What has changed from one window to another',
      description: `${COMPARED} ${PROGRESS}`,
      querystring: CompareQuerySchema,
      response: responses(CompareAnswerSchema, ...REFUSALS),
    },
    handler: (request, reply) =>
      withProgress(request, reply, logger, (watch) => engine.compare(compareQueryOf(request.query), watch)),
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
    config: { ...JSON_OR_EVENTS, isCostly: true },
    preValidation: takeNoBodyAsEmpty,
    schema: {
      tags: ['clusters'],
      summary: "As POST /clusters, and warms the per-service models with the window's rows",
      description: `The window stands in the query or in the body. ${PROGRESS}`,
      querystring: WindowQuerySchema,
      body: WindowBodySchema,
      response: responses(TrainAnswerSchema, ...REFUSALS, 413, 415),
    },
    handler: (request, reply) =>
      withProgress(request, reply, logger, (watch) =>
        engine.train(windowQueryOf(inOnePlace(request.query, request.body)), watch),
      ),
  });
}

async function takeNoBodyAsEmpty(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}

type Fields = Partial<WindowQuery>;

/** A window may be named by the query or the body, or by some of each, but nothing twice. */
function inOnePlace(query: Fields, body: Fields): Fields {
  const twice = Object.keys(query).find((name) => Object.hasOwn(body, name));
  if (twice === undefined) return { ...query, ...body };
  throw new Problem(400, 'bad_request', `${twice} stands in the query and in the body; give it once`);
}
