import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { createSink } from '../../../src/sinks/create-sink.ts';
import { startReceiver } from '../loopback.ts';
import { alerts, eventFor, incident, START_MS } from '../samples.ts';
import { sendAll } from '../run-sink.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test('the official library of Standard Webhooks verifies what is sent, and refuses it once a byte differs', async () => {
  await using receiver = await startReceiver(() => ({ status: 200 }));
  const config = alerts(`sinks: { a: { type: webhook, url: "${receiver.url}/hook", secret: "\${KEY}" } }`, {
    KEY: SECRET,
  });
  const sink = createSink(config.sinks[0]!, {
    secrets: [],
    externalUrl: undefined,
    open: () => [],
    nowMs: () => Date.now(),
  });
  const event = eventFor(config, 'opened', incident());
  expect(await sink.send([{ id: 'incident-1-opened', event }], AbortSignal.timeout(10_000))).toMatchObject({
    outcome: 'delivered',
    status: 200,
  });
  await sink.close();
  const { body, headers } = receiver.received[0]!;
  const verifier = new Webhook(SECRET);
  const told = verifier.verify(body, headers as Record<string, string>);
  expect(told).toEqual({
    type: 'incident.opened',
    timestamp: new Date(event.at).toISOString(),
    data: { severity: 'error', title: event.title, text: event.text, incident: incident() },
  });
  expect(headers['webhook-id']).toBe('incident-1-opened');
  expect(() => verifier.verify(`${body} `, headers as Record<string, string>)).toThrow('No matching signature found');
});

test('a retry has the same id and a signature of its own time', async () => {
  await using receiver = await startReceiver(() => ({ status: 500 }));
  const config = alerts(`sinks: { a: { type: webhook, url: "${receiver.url}", secret: "${SECRET}" } }`);
  let nowMs = START_MS;
  const sink = createSink(config.sinks[0]!, {
    secrets: [],
    externalUrl: undefined,
    open: () => [],
    nowMs: () => nowMs,
  });
  const alert = { id: 'one', event: eventFor(config, 'opened', incident()) };
  await sink.send([alert], AbortSignal.timeout(10_000));
  nowMs += 3_600_000;
  await sink.send([alert], AbortSignal.timeout(10_000));
  await sink.close();
  const [first, second] = receiver.received;
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
  expect(Number(second!.headers['webhook-timestamp'])).toBe(Number(first!.headers['webhook-timestamp']) + 3600);
  expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']);
});

test('CloudEvents 1.0 in structured mode, with the attributes that its specification requires', async () => {
  await using receiver = await startReceiver(() => ({ status: 202 }));
  const yaml = `
external_url: https://halfspace.example.com
sinks: { a: { type: webhook, url: "${receiver.url}", format: cloudevents, headers: { X-Team: shop } } }`;
  await sendAll(yaml, [['resolved', incident({ state: 'resolved', resolved_at: START_MS })]]);
  const { body, headers } = receiver.received[0]!;
  expect(headers).toMatchObject({ 'content-type': 'application/cloudevents+json; charset=utf-8', 'x-team': 'shop' });
  expect(headers).not.toHaveProperty('webhook-signature');
  expect(JSON.parse(body)).toMatchObject({
    specversion: '1.0',
    id: `incident-${incident().id}-resolved`,
    source: 'https://halfspace.example.com',
    type: 'io.halfspace.incident.resolved',
    subject: incident().id,
    time: new Date(START_MS).toISOString(),
    datacontenttype: 'application/json',
    data: { url: `https://halfspace.example.com/#/incident?id=${incident().id}`, incident: { state: 'resolved' } },
  });
});

test('an error tells what the tool said, without the address and without any secret', async () => {
  await using receiver = await startReceiver(({ path, headers }) => ({
    status: 503,
    body: `cannot take ${path} with ${headers['authorization']}`,
  }));
  const yaml = `sinks: { a: { type: webhook, url: "${receiver.url}/secret-path", headers: { Authorization: "Bearer \${TOKEN}" } } }`;
  const [result] = await sendAll(yaml, [['opened', incident()]], { TOKEN: 'token-1234' });
  expect(result).toMatchObject({ outcome: 'failed', status: 503, error: expect.stringContaining('503') as string });
  expect(JSON.stringify(result)).not.toMatch(/secret-path|token-1234/);
});

test.each([
  ['http://127.0.0.1:1/x', /nothing listens at 127\.0\.0\.1:1/],
  ['http://no-such-host.invalid/x', /no-such-host\.invalid is not known/],
])('%s fails with a sentence', async (url, sentence) => {
  const [result] = await sendAll(`sinks: { a: { type: webhook, url: "${url}" } }`, [['opened', incident()]]);
  expect(result).toEqual({ outcome: 'failed', error: expect.stringMatching(sentence) as string });
});

test('a redirect is not followed, as the message and its credentials would go elsewhere', async () => {
  await using receiver = await startReceiver(() => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }));
  const [result] = await sendAll(`sinks: { a: { type: webhook, url: "${receiver.url}" } }`, [['opened', incident()]]);
  expect(result).toMatchObject({ outcome: 'failed', status: 302 });
  expect(receiver.received).toHaveLength(1);
});
