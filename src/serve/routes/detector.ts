import type { Engine } from '../engine.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { DetectorQuerySchema, DetectorResetSchema, DetectorStatusSchema } from '../schemas/detector.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';
import { reference } from '../schemas/reference.ts';

const SERVICES_LISTED = 100;

export function addDetectorRoutes(app: RestApp, engine: Engine): void {
  app.route({
    method: 'GET',
    url: '/detector/status',
    config: JSON_TYPE,
    schema: {
      tags: ['detector'],
      summary: 'Models per service',
      querystring: DetectorQuerySchema,
      response: responses(reference(DetectorStatusSchema), 400),
    },
    handler: ({ query }) => engine.detectorStatus({ ...query, limit: query.limit ?? SERVICES_LISTED }),
  });
  app.route({
    method: 'POST',
    url: '/detector/reset',
    config: { ...JSON_TYPE, takesBody: false },
    schema: {
      tags: ['detector'],
      summary: 'Wipes the models of all services; they learn anew',
      querystring: NoQuerySchema,
      response: responses(DetectorResetSchema, 400),
    },
    handler: () => engine.resetDetector(),
  });
}
