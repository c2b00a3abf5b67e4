import type { LogRow } from '../../domain/row.ts';
import { LEVELS, levelOfText } from '../../domain/level.ts';
import type { RestLogger } from '../answer-problem.ts';
import { budgetBodies } from '../body-budget.ts';
import type { DetectRequest, Engine } from '../engine.ts';
import { Problem } from '../problem.ts';
import { JSON_OR_EVENTS } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { DETECT_BYTES_MAX, DetectAnswerSchema, DetectBodySchema } from '../schemas/detect.ts';
import type { DetectBody } from '../schemas/detect.ts';
import { NoQuerySchema } from '../schemas/no-query.ts';
import { responses } from '../schemas/problem.ts';
import { windowQueryOf } from '../schemas/window-query.ts';
import { withProgress } from '../with-progress.ts';

export function addDetectRoute(app: RestApp, engine: Engine, logger: RestLogger): void {
  app.route({
    method: 'POST',
    url: '/anomalies/detect',
    config: { ...JSON_OR_EVENTS, isCostly: true },
    bodyLimit: DETECT_BYTES_MAX,
    onRequest: budgetBodies(DETECT_BYTES_MAX),
    schema: {
      tags: ['anomalies'],
      summary: 'Scores posted rows, or those of a window, with the models as they are',
      description:
        'The body has either `logs`, at most 100,000 rows and 64 MiB, or a window. With `Accept: text/event-stream` the ' +
        'answer comes as server-sent events: `progress`, then `result` or `problem`.',
      querystring: NoQuerySchema,
      body: DetectBodySchema,
      response: responses(DetectAnswerSchema, 400, 409, 413, 415, 424, 502, 503, 504),
    },
    handler: (request, reply) =>
      withProgress(request, reply, logger, (watch) => engine.detect(detectRequestOf(request.body), watch)),
  });
}

function detectRequestOf(body: DetectBody): DetectRequest {
  const { logs, tenant, ...window } = body;
  const models = tenant === undefined ? {} : { tenant };
  if (logs === undefined) return { window: windowQueryOf({ ...window, ...models }) };
  const [given] = Object.keys(window);
  if (given !== undefined) {
    throw new Problem(400, 'bad_request', `the body has both logs and ${given}; send rows or name a window`);
  }
  return { logs: logs.map(toLogRow), ...models };
}

type PostedRow = NonNullable<DetectBody['logs']>[number];

/** Built anew, so that members that a caller adds go no further. */
function toLogRow({ timestamp, message, level, service }: PostedRow, index: number): LogRow {
  const levelIndex = levelOfText(level);
  if (levelIndex !== undefined) return { timestamp, message, level: LEVELS[levelIndex], service };
  throw new Problem(400, 'bad_request', `logs[${index}].level must be one of ${LEVELS.join(', ')}`);
}
