import { DATADOG } from '../../../src/sources/datadog/options.ts';
import { pullDatadog } from '../../../src/sources/datadog/pull-datadog.ts';
import { describeSource } from '../contract/describe-source.ts';
import { API_KEY, APP_KEY, startDatadog } from './datadog-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describeSource({
  declaration: DATADOG,
  pull: pullDatadog,
  store: "a loopback server in the shapes of Datadog's API and of recorded answers",
  start: (rows) =>
    startDatadog(
      rows.map(({ timestamp, message, level, service }, i) => ({
        id: `AQ${i}`,
        type: 'log',
        attributes: { timestamp: new Date(timestamp).toISOString(), status: level, service, message, tags: [] },
      })),
    ),
  values: (url) => new Map(Object.entries({ url, api_key: API_KEY, app_key: APP_KEY })),
  refusals: {
    credentials: { kind: 'answer', status: 403, headers: JSON_TYPE, body: '{"errors":["Forbidden"]}' },
    rateLimit: {
      kind: 'answer',
      status: 429,
      headers: {
        ...JSON_TYPE,
        'x-ratelimit-limit': '300',
        'x-ratelimit-period': '3600',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '7',
        'x-ratelimit-name': 'logs_public_search_api',
      },
      body: '{"errors":["Rate limit of 300 requests in 3600 seconds reached. Please try again later."]}',
    },
    badRequest: {
      kind: 'answer',
      status: 400,
      headers: JSON_TYPE,
      body: '{"errors":["input_validation_error(Field \'query\' is invalid)"]}',
    },
  },
});
