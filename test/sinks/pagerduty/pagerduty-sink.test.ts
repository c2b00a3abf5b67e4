import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { startReceiver } from '../loopback.ts';
import type { Answer, Received } from '../loopback.ts';
import { HOSTILE, sendAll } from '../run-sink.ts';
import { incident, START_MS } from '../samples.ts';

const KEY = 'R0123456789abcdef0123456789abcde';
const strict = { additionalProperties: false };
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const key = { routing_key: Type.String({ minLength: 32, maxLength: 32 }), dedup_key: text(255) };

/** An event of the Events API v2, as its reference gives it. */
const Event = Type.Union([
  Type.Object(
    {
      ...key,
      event_action: Type.Literal('trigger'),
      payload: Type.Object(
        {
          summary: text(1024),
          severity: Type.Enum(['critical', 'error', 'warning', 'info']),
          source: text(255),
          timestamp: Type.String({ pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$` }),
          class: Type.Optional(text(255)),
          group: Type.Optional(text(255)),
          component: Type.Optional(text(255)),
          custom_details: Type.Object({}),
        },
        strict,
      ),
      client: Type.Optional(text(255)),
      client_url: Type.Optional(text(2048)),
      links: Type.Optional(Type.Array(Type.Object({ href: text(2048), text: text(255) }, strict))),
    },
    strict,
  ),
  Type.Object({ ...key, event_action: Type.Literal('resolve') }, strict),
]);

function pagerDuty({ body, path }: Received): Answer {
  if (path !== '/v2/enqueue') return { status: 404 };
  const event = JSON.parse(body) as { dedup_key: string };
  if (!Value.Check(Event, event))
    return { status: 400, body: '{"status":"invalid event","message":"Event object is invalid"}' };
  return {
    status: 202,
    body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: event.dedup_key }),
  };
}

const yaml = (url: string) => `
external_url: https://halfspace.example.com
sinks: { a: { type: pagerduty, url: "${url}/v2/enqueue", routing_key: "\${KEY}", runbook: "https://wiki/x" } }`;

test('a strict receiver written from the documentation takes an incident from trigger to resolve, under one key', async () => {
  await using receiver = await startReceiver(pagerDuty);
  const results = await sendAll(
    yaml(receiver.url),
    [
      ['opened', incident()],
      ['updated', incident({ worst_level: 'fatal' })],
      ['resolved', incident({ state: 'resolved', resolved_at: START_MS })],
    ],
    { KEY },
  );
  expect(results).toEqual(results.map(() => expect.objectContaining({ outcome: 'delivered', status: 202 }) as unknown));
  const events = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, never>);
  expect(events.map(({ event_action, dedup_key }) => [event_action, dedup_key])).toEqual([
    ['trigger', `halfspace-${incident().id}`],
    ['trigger', `halfspace-${incident().id}`],
    ['resolve', `halfspace-${incident().id}`],
  ]);
  expect(events.map(({ payload }) => (payload as { severity?: string } | undefined)?.severity)).toEqual([
    'error',
    'critical',
    undefined,
  ]);
});

test('a test is resolved at once, under a key of its own', async () => {
  await using receiver = await startReceiver(pagerDuty);
  const [result] = await sendAll(yaml(receiver.url), [['test', incident()]], { KEY });
  expect(result).toMatchObject({ outcome: 'delivered' });
  const events = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, string>);
  expect(events.map(({ event_action }) => event_action)).toEqual(['trigger', 'resolve']);
  expect(events[0]!['dedup_key']).toBe(`halfspace-test-${incident().id}`);
});

test('texts of any length and kind stay within the limits', async () => {
  await using receiver = await startReceiver(pagerDuty);
  const hostile = incident({ service: HOSTILE.repeat(50), services: [HOSTILE.repeat(50)] });
  const empty = incident({ service: '', services: [''], samples: [], templates: [] });
  const results = await sendAll(
    yaml(receiver.url),
    [
      ['opened', hostile],
      ['opened', empty],
    ],
    { KEY },
  );
  expect(results.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
});

test('the key is in no error', async () => {
  await using receiver = await startReceiver(({ body }) => ({ status: 500, body }));
  const [result] = await sendAll(yaml(receiver.url), [['opened', incident()]], { KEY });
  expect(JSON.stringify(result)).not.toContain(KEY);
});
