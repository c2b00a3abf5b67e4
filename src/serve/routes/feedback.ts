import type { Engine } from '../engine.ts';
import { Problem } from '../problem.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { FeedbackAnswerSchema, FeedbackBodySchema, FeedbackQuerySchema } from '../schemas/feedback.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';

const tags = ['feedback'];

export function addFeedbackRoutes(app: RestApp, engine: Engine): void {
  app.route({
    method: 'GET',
    url: '/feedback',
    config: JSON_TYPE,
    schema: {
      tags,
      summary: 'What users have said of templates',
      querystring: NoQuerySchema,
      response: responses(FeedbackAnswerSchema, 400),
    },
    handler: async () => engine.listFeedback(),
  });
  app.route({
    method: 'POST',
    url: '/feedback',
    config: { ...JSON_TYPE, isCostly: true },
    schema: {
      tags,
      summary: 'Marks a template, or all of an incident, as expected or to be watched',
      description: 'A template has one mark, the latest. It goes by its fingerprint, or any that it had.',
      querystring: NoQuerySchema,
      body: FeedbackBodySchema,
      response: responses(FeedbackAnswerSchema, 400, 404, 413, 415, 503),
    },
    handler: async ({ body }) => {
      oneOf(body);
      return engine.giveFeedback(body);
    },
  });
  app.route({
    method: 'DELETE',
    url: '/feedback',
    config: { ...JSON_TYPE, takesBody: false, isCostly: true },
    schema: {
      tags,
      summary: 'Takes back the mark of a template, or those of an incident',
      querystring: FeedbackQuerySchema,
      response: responses(FeedbackAnswerSchema, 400, 404),
    },
    handler: async ({ query }) => {
      oneOf(query);
      return engine.removeFeedback(query);
    },
  });
}

function oneOf({ fingerprint, incident }: { fingerprint?: string; incident?: string }): void {
  if ((fingerprint === undefined) !== (incident === undefined)) return;
  throw new Problem(400, 'bad_request', 'name either fingerprint or incident');
}
