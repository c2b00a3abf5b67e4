import { SENTRY } from '../../../src/sources/sentry/options.ts';
import { pullSentry } from '../../../src/sources/sentry/pull-sentry.ts';
import { describeSource } from '../contract/describe-source.ts';
import { eventOf, logOf } from './sentry-contents.ts';
import { ORG, PROJECT, startSentry, TOKEN } from './sentry-server.ts';

const refused = (status: number, detail: string, headers: Record<string, string> = {}) =>
  ({ kind: 'answer', status, headers, body: JSON.stringify({ detail }) }) as const;

describeSource({
  declaration: SENTRY,
  pull: pullSentry,
  store: "a loopback server in the shapes of Sentry's API description, with error events and logs",
  // Every other row is an event, the others are logs.
  start: (rows) =>
    startSentry({
      events: rows.filter((_, i) => i % 2 === 0).map((row, i) => eventOf(row, `e${i}`)),
      logs: rows.filter((_, i) => i % 2 === 1).map((row, i) => logOf(row, `l${i}`)),
    }),
  values: (url) => new Map(Object.entries({ url, token: TOKEN, org: ORG, project: PROJECT })),
  refusals: {
    credentials: refused(401, 'Invalid token'),
    rateLimit: refused(
      429,
      'You are attempting to use this endpoint too frequently. Limit is 10 requests in 1 seconds',
      {
        'x-sentry-rate-limit-limit': '10',
        'x-sentry-rate-limit-remaining': '0',
        'x-sentry-rate-limit-reset': String(Math.floor(Date.now() / 1000) + 1),
      },
    ),
    badRequest: refused(400, 'Invalid query: Invalid value for level'),
  },
});
