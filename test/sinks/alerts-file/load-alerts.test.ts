import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AlertsFileError } from '../../../src/sinks/alerts-file/alerts-file-error.ts';
import { loadAlerts, parseAlerts } from '../../../src/sinks/alerts-file/load-alerts.ts';
import { alerts } from '../samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const KEY = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function problems(text: string, variables: Record<string, string> = {}): readonly string[] {
  try {
    alerts(text, variables);
  } catch (error) {
    if (error instanceof AlertsFileError) return error.problems;
    throw error;
  }
  throw new Error('the file was taken');
}

test('a whole file is read, with every kind of sink', () => {
  const config = alerts(
    `
external_url: https://halfspace.example.com/
sinks:
  am: { type: alertmanager, url: "http://am:9093/prefix", labels: { cluster: eu } }
  hook: { type: webhook, url: "https://example.com/hook", secret: "\${KEY}", format: cloudevents, headers: { Authorization: "Bearer \${TOKEN}" } }
  team: { type: slack, url: "\${SLACK}", title: "{{service}}", update_interval_seconds: 0 }
  pager: { type: pagerduty, routing_key: "\${PD}", runbook: "https://wiki/runbook" }
  teams: { type: teams, url: "https://example.com/workflow?sig=hidden" }
  otel: { type: otlp, endpoint: "collector:4317" }
  otel-http: { type: otlp, endpoint: "http://collector:4318", protocol: http }
routes:
  - match: { services: ["pay*"], reasons: [error_burst], min_severity: error, min_score: 0.5 }
    sinks: [team, pager]
  - match: { events: [anomaly] }
    sinks: [otel, hook]
`,
    { KEY, TOKEN: 'token-1234', SLACK: 'https://hooks.slack.com/services/T/B/secret', PD: 'a'.repeat(32) },
  );
  expect(config.externalUrl).toBe('https://halfspace.example.com');
  const tools = Object.fromEntries(config.sinks.map(({ name, tool }) => [name, tool]));
  expect(tools['am']).toMatchObject({ url: new URL('http://am:9093/prefix/api/v2/alerts'), refreshMs: 60_000 });
  expect(tools['hook']).toMatchObject({ secret: KEY, headers: { authorization: 'Bearer token-1234' } });
  expect(tools['pager']).toMatchObject({ url: new URL('https://events.pagerduty.com/v2/enqueue') });
  expect(tools['otel']).toMatchObject({ protocol: 'grpc', url: new URL('http://collector:4317') });
  expect(tools['otel-http']).toMatchObject({ url: new URL('http://collector:4318/v1/logs') });
  expect(config.routes).toHaveLength(2);
  expect(config.secrets).toEqual(
    expect.arrayContaining([KEY, 'token-1234', '/services/T/B/secret', 'a'.repeat(32), '/workflow?sig=hidden']),
  );
});

test('without routes every sink is told of every incident', () => {
  const { routes } = alerts('sinks: { a: { type: slack, url: "http://x/1" }, b: { type: teams, url: "http://x/2" } }');
  expect(routes).toEqual([expect.objectContaining({ events: ['opened', 'updated', 'resolved'], sinks: ['a', 'b'] })]);
});

describe('a wrong file is refused with the place and what it must be:', () => {
  test.each([
    ['sinks: {}', 'alerts.yaml:1:8 sinks: must not be empty'],
    ['{}', 'alerts.yaml:1:1 sinks: must be set'],
    [
      'sink: {}\nsinks: { a: { type: slack, url: "http://x" } }',
      'alerts.yaml:1:1 sink: must be one of the known keys: external_url, sinks, routes',
    ],
    [
      'sinks:\n  a:\n    type: smoke',
      'alerts.yaml:3:11 sinks.a.type: must be one of alertmanager, webhook, slack, pagerduty, teams, otlp, not smoke',
    ],
    ['sinks:\n  a: { type: slack }', 'alerts.yaml:2:6 sinks.a.url: must be set, or url_file'],
    [
      'sinks:\n  a: { type: slack, url: "ftp://x" }',
      'alerts.yaml:2:26 sinks.a.url: must be an address that begins with http:// or https://',
    ],
    [
      'sinks:\n  a: { type: slack, url: "http://u:p@x" }',
      'alerts.yaml:2:26 sinks.a.url: must not carry a user and a password: use headers for them',
    ],
    [
      'sinks:\n  a: { type: slack, url: "http://x", timeout_seconds: soon }',
      'alerts.yaml:2:55 sinks.a.timeout_seconds: must be a number',
    ],
    [
      'sinks:\n  a: { type: slack, url: "http://x", title: "{{nome}}" }',
      'alerts.yaml:2:45 sinks.a.title: must use placeholders that exist, not {{nome}}: event',
    ],
    [
      'sinks:\n  a: { type: webhook, url: "http://x", secret: hunter2 }',
      'alerts.yaml:2:48 sinks.a.secret: must be whsec_ and 24 to 64 bytes in base64',
    ],
    [
      'sinks:\n  a: { type: pagerduty, routing_key: short }',
      'alerts.yaml:2:38 sinks.a.routing_key: must be an integration key: 32 letters and digits',
    ],
    [
      'sinks:\n  a: { type: slack, url: "${NOT_SET}" }',
      'alerts.yaml:2:26 sinks.a.url: must name variables that are set; NOT_SET is not',
    ],
    [
      'sinks:\n  a: { type: slack, url: "http://x", url_file: y }',
      'alerts.yaml:2:48 sinks.a.url_file: must not be set beside url: one of the two',
    ],
    [
      'sinks:\n  a: { type: slack, url_file: /no/such/file }',
      'alerts.yaml:2:31 sinks.a.url_file: must name a file that can be read (ENOENT)',
    ],
    [
      'sinks: { a: { type: slack, url: "http://x" } }\nroutes:\n  - sinks: [b]',
      'alerts.yaml:3:13 routes.0.sinks.0: must be the name of a sink: a',
    ],
    [
      'sinks: { a: { type: slack, url: "http://x" } }\nroutes:\n  - match: { events: [anomaly] }\n    sinks: [a]',
      'alerts.yaml:4:13 routes.0.sinks.0: must be a sink of type webhook or otlp, as the route has the event anomaly',
    ],
    [
      'sinks: { a: { type: slack, url: "http://x" } }\nroutes:\n  - match: { reasons: [bad] }\n    sinks: [a]',
      'alerts.yaml:3:24 routes.0.match.reasons.0: must be one of anomaly_score, new_template',
    ],
    ['sinks:\n  A b: { type: slack, url: "http://x" }', 'alerts.yaml:2:3 sinks.A b: must be a name that matches'],
    [
      'sinks:\n  a: { type: slack, colour: red, url: "http://x" }',
      'alerts.yaml:2:21 sinks.a.colour: must be one of the known keys: type, url, url_file, title',
    ],
    [
      'sinks: [',
      'alerts.yaml:1:9: must be indented as its neighbours are, and a list or mapping in brackets be closed',
    ],
    ['a: 1\na: 2', 'alerts.yaml:2:1: must not be there twice'],
    ['sinks:\n\ta: 1', 'alerts.yaml:2:1: must be indented by spaces'],
    ['a: b: c', 'alerts.yaml:1:4: must be in quotes where a text has ": " in it'],
    ['a: "x', 'alerts.yaml:1:6: must have what is missing here'],
    ['just text', 'alerts.yaml:1:1 the file: must be a mapping'],
    ['', 'alerts.yaml:1:1 the file: must be a mapping'],
  ])('%j', (text, expected) => {
    const [first = ''] = problems(text);
    // What it ends with is a list that grows with what there is.
    expect(first.slice(0, expected.length)).toBe(expected);
  });

  test('all problems are told, in the order of the file', () => {
    const found = problems('sinks:\n  b: { type: slack }\n  a: { type: slack, url: "nowhere" }');
    expect(found).toHaveLength(2);
    expect(found[0]).toContain(':2:6 ');
    expect(found[1]).toContain(':3:26 ');
  });

  test('no problem shows a value that came from the environment or a file', () => {
    const [first] = problems('sinks: { a: { type: slack, url: "${SLACK}" } }', { SLACK: 'hooks.slack.com/secret' });
    expect(first).toMatch(/must be an address/);
    expect(first).not.toContain('secret');
  });

  test('aliases that would make it huge are refused', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `a${i}: &a${i} [${Array(9)
          .fill(i === 0 ? 'x' : `*a${i - 1}`)
          .join(', ')}]`,
    );
    expect(problems(levels.join('\n'))[0]).toMatch(/alias/i);
  });
});

test('secrets are read from files, which are meant from the folder of the alerts file', () => {
  writeFileSync(join(folder, 'key'), `${KEY}\n`);
  writeFileSync(join(folder, 'alerts.yaml'), 'sinks: { a: { type: webhook, url: "http://x", secret_file: key } }');
  const config = loadAlerts({ file: join(folder, 'alerts.yaml'), variable: () => undefined });
  expect(config.sinks[0]?.tool).toMatchObject({ secret: KEY });
  expect(config.secrets).toContain(KEY);
});

test('a file that is not there is told by its name', () => {
  const file = join(folder, 'missing.yaml');
  expect(() => loadAlerts({ file, variable: () => undefined })).toThrow(
    `${file}: the alerts file cannot be read (ENOENT)`,
  );
});

test('what is written out in the file may hold a dollar sign', () => {
  const config = parseAlerts('sinks: { a: { type: slack, url: "http://x/$1" } }', {
    file: 'f',
    variable: () => undefined,
  });
  expect(config.sinks[0]?.tool.url.pathname).toBe('/$1');
});
