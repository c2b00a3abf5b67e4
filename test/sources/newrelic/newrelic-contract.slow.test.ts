import { NEWRELIC } from '../../../src/sources/newrelic/options.ts';
import { pullNewRelic } from '../../../src/sources/newrelic/pull-newrelic.ts';
import { describeSource } from '../contract/describe-source.ts';
import { ACCOUNT, API_KEY, failureOf, startNerdGraph } from './nerdgraph-server.ts';

const headers = { 'content-type': 'application/json' };

describeSource({
  declaration: NEWRELIC,
  pull: pullNewRelic,
  store: 'a loopback NerdGraph written from the documentation',
  start: (rows) =>
    startNerdGraph(
      rows.map(({ timestamp, message, level, service }) => ({ timestamp, message, level, 'service.name': service })),
    ),
  values: (url) => new Map(Object.entries({ url, api_key: API_KEY, account_id: String(ACCOUNT) })),
  refusals: {
    credentials: {
      kind: 'answer',
      status: 401,
      headers,
      body: JSON.stringify(failureOf('INVALID_API_KEY', 'Invalid or missing API key')),
    },
    rateLimit: {
      kind: 'answer',
      status: 429,
      headers: { ...headers, 'retry-after': '7' },
      body: JSON.stringify(failureOf('TOO_MANY_REQUESTS', 'Too many concurrent requests')),
    },
    badRequest: { kind: 'answer', status: 400, headers, body: '{"errors":[{"message":"Bad Request"}]}' },
  },
});
