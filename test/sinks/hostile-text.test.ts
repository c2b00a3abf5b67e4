import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { severityOf } from '../../src/sinks/severity.ts';
import { startReceiver } from './loopback.ts';
import { sendAll } from './run-sink.ts';
import { incident } from './samples.ts';

const ESCAPE = '\u001b';
/** Ends lines and headers, drives terminals, turns text around, is markup of web pages, of Slack and of Markdown. */
const HOSTILE =
  `x\r\nx-injected: 1\r\n\r\n${ESCAPE}[2J${ESCAPE}]0;title\u0007\u009b31m\u202egnpexe\u2066 <script>alert(1)</script> ` +
  '<!channel> <@U123> <https://evil.example|click> @here [click](https://evil.example) *bold* `code` &lt; "q\\"';

const SINKS = [
  ['slack', (url: string) => `{ type: slack, url: "${url}" }`],
  ['teams', (url: string) => `{ type: teams, url: "${url}/workflows/x" }`],
  ['webhook', (url: string) => `{ type: webhook, url: "${url}" }`],
  ['webhook as CloudEvents', (url: string) => `{ type: webhook, url: "${url}", format: cloudevents }`],
  ['pagerduty', (url: string) => `{ type: pagerduty, routing_key: "${'R'.repeat(32)}", url: "${url}" }`],
  ['alertmanager', (url: string) => `{ type: alertmanager, url: "${url}" }`],
  ['otlp', (url: string) => `{ type: otlp, endpoint: "${url}", protocol: http }`],
] as const;

/** All texts of a document, however deep. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

async function sent(yaml: (url: string) => string): Promise<{ raw: string; texts: string[] }> {
  await using receiver = await startReceiver(() => ({ status: 202, body: '{}' }));
  const [sample] = incident().samples;
  const of = incident({
    service: HOSTILE,
    services: [HOSTILE],
    templates: [{ fingerprint: '00000000000000aa', service: HOSTILE, template: HOSTILE, count: 1 }],
    samples: [{ ...sample!, service: HOSTILE, message: HOSTILE }],
  });
  expect(severityOf(of)).toBe('error');
  const [result] = await sendAll(`sinks: { a: ${yaml(receiver.url)} }`, [['opened', of]]);
  expect(result).toMatchObject({ outcome: 'delivered' });
  expect(receiver.received).toHaveLength(1);
  const { headers, bytes } = receiver.received[0]!;
  const body = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
  expect(headers['x-injected']).toBeUndefined();
  const isJson = String(headers['content-type']).includes('json');
  return { raw: body, texts: isJson ? textsOf(JSON.parse(body)) : [] };
}

test.each(SINKS)('S16: %s gets hostile text as text, in one request and with no header of its own', async (_, yaml) => {
  const { raw } = await sent(yaml);
  expect(raw).toContain('gnpexe');
});

const inSlack = SINKS[0][1];
const inTeams = SINKS[1][1];

test('S16: in Slack it mentions nobody, links nowhere and ends no code block', async () => {
  const { texts } = await sent(inSlack);
  for (const text of texts.filter((one) => one.includes('evil.example'))) {
    expect(text).not.toMatch(/<[!@#h]/);
    expect(text.replaceAll(/&(lt|gt|amp);/g, '')).not.toMatch(/[<>&]/);
    expect(text).toContain('&lt;script&gt;');
  }
});

test('S16: in Teams it is no Markdown', async () => {
  const { texts } = await sent(inTeams);
  const shown = texts.filter((one) => one.includes('evil'));
  expect(shown.length).toBeGreaterThan(1);
  for (const text of shown) expect(text.replaceAll(/\\[\\`*_{}[\]()#+\-.!|~<>]/g, '')).not.toMatch(/[`*_[\]<>]/);
});

test.each(SINKS.slice(0, 2))(
  'S16: %s shows no control character and nothing that turns text around',
  async (_, yaml) => {
    const { texts } = await sent(yaml);
    // Line ends are the sink's own, between what it says itself.
    for (const text of texts) expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  },
);
