import type { Engine } from '../engine.ts';
import { Problem } from '../problem.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';
import { reference } from '../schemas/reference.ts';
import { TemplateParamsSchema, TemplateSchema } from '../schemas/template.ts';

const FINGERPRINT = /^[0-9a-f]{16}$/;
const SHOWN_CHARS_MAX = 100;

export function addTemplateRoute(app: RestApp, engine: Engine): void {
  app.route({
    method: 'GET',
    url: '/templates/:fingerprint',
    config: JSON_TYPE,
    schema: {
      tags: ['detector'],
      summary: 'What is known of a template: its values, its rate, and what became of it',
      params: TemplateParamsSchema,
      querystring: NoQuerySchema,
      response: responses(reference(TemplateSchema), 400, 404),
    },
    handler: ({ params }) => {
      const fingerprint = params.fingerprint.toLowerCase();
      if (FINGERPRINT.test(fingerprint)) return engine.template(fingerprint);
      const got = JSON.stringify(params.fingerprint.slice(0, SHOWN_CHARS_MAX));
      throw new Problem(
        400,
        'bad_request',
        `a fingerprint is 16 hex digits, as anomalies and clusters show it, got ${got}`,
      );
    },
  });
}
