import type { Engine } from '../engine.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { responses } from '../schemas/problem.ts';
import { ServicesAnswerSchema, ServicesQuerySchema } from '../schemas/services.ts';

const SERVICES_LISTED = 50;

export function addServicesRoute(app: RestApp, engine: Engine): void {
  app.route({
    method: 'GET',
    url: '/services',
    config: JSON_TYPE,
    schema: {
      tags: ['live'],
      summary: 'Live services with their state, and their lines and anomalies of the last hour',
      description:
        '`learning`: its first lines; `quiet`: none for a minute; `bursting`: an anomaly in the last minute; else ' +
        '`watching`. The busiest services, and the counts of all.',
      querystring: ServicesQuerySchema,
      response: responses(ServicesAnswerSchema, 400),
    },
    handler: async ({ query }) => engine.services(query.limit ?? SERVICES_LISTED),
  });
}
