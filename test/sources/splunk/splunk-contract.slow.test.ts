import { SPLUNK } from '../../../src/sources/splunk/options.ts';
import { pullSplunk } from '../../../src/sources/splunk/pull-splunk.ts';
import { describeSource } from '../contract/describe-source.ts';
import { startSplunk, TOKEN } from './splunk-server.ts';

const FATAL = (text: string) => JSON.stringify({ messages: [{ type: 'FATAL', text }] });
const CONCURRENT =
  'Search not executed: The maximum number of concurrent historical searches on this instance has been reached.';

describeSource({
  declaration: SPLUNK,
  pull: pullSplunk,
  store: "a loopback server that satisfies Splunk's own clients",
  start: (rows) =>
    startSplunk(
      rows.map(({ timestamp, message, level, service }) => ({
        timeUs: timestamp * 1000 + 321,
        raw: message,
        extracted: { level, service },
      })),
    ),
  values: (url) =>
    new Map([
      ['url', url],
      ['token', TOKEN],
      ['query', 'index=main'],
    ]),
  refusals: {
    credentials: {
      kind: 'answer',
      status: 401,
      body: '{"messages":[{"type":"WARN","text":"call not properly authenticated"}]}',
    },
    rateLimit: { kind: 'answer', status: 503, body: FATAL(CONCURRENT) },
    badRequest: { kind: 'answer', status: 400, body: FATAL("Unknown search command 'serach'.") },
  },
});
