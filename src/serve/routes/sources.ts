import type { Engine } from '../engine.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { CredentialsAnswerSchema, CredentialsBodySchema, CredentialsQuerySchema } from '../schemas/credentials.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';
import { SourcesAnswerSchema } from '../schemas/sources.ts';

const tags = ['sources'];

/** What windows can be pulled from, and the values that it takes. */
export function addSourceRoutes(app: RestApp, engine: Engine): void {
  app.route({
    method: 'GET',
    url: '/sources',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: 'Sources that windows can be pulled from',
      querystring: NoQuerySchema,
      response: responses(SourcesAnswerSchema, 400),
    },
    handler: async () => engine.sources(),
  });
  app.route({
    method: 'GET',
    url: '/credentials',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: 'Which sources are configured; never a value',
      querystring: NoQuerySchema,
      response: responses(CredentialsAnswerSchema, 400),
    },
    handler: async () => engine.listCredentials(),
  });
  app.route({
    method: 'POST',
    url: '/credentials',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: "Sets a source's values over the environment's, until the process ends",
      querystring: NoQuerySchema,
      body: CredentialsBodySchema,
      response: responses(CredentialsAnswerSchema, 400, 413, 415),
    },
    handler: async (request) => engine.setCredentials(request.body),
  });
  app.route({
    method: 'DELETE',
    url: '/credentials',
    config: { ...JSON_TYPE, takesBody: false },
    schema: {
      tags,
      summary: "Forgets what was set by request; the environment's values stand again",
      querystring: CredentialsQuerySchema,
      response: responses(CredentialsAnswerSchema, 400),
    },
    handler: async (request) => engine.clearCredentials(request.query.source),
  });
}
