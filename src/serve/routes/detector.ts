import type { Engine } from '../engine.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import {
  DetectorQuerySchema,
  DetectorResetQuerySchema,
  DetectorResetSchema,
  DetectorStatusSchema,
} from '../schemas/detector.ts';
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
      summary: 'Wipes the live models of all services, or those of a tenant; they learn anew',
      querystring: DetectorResetQuerySchema,
      response: responses(DetectorResetSchema, 400),
    },
    handler: ({ query }) => engine.resetDetector(query.tenant),
  });
}
