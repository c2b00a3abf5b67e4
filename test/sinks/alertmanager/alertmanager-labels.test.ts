import { expect, test } from 'vitest';
import type { AlertEventKind } from '../../../src/sinks/alert-event.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import { createSink } from '../../../src/sinks/create-sink.ts';
import { startReceiver } from '../loopback.ts';
import { alerts, eventFor, incident, START_MS } from '../samples.ts';

interface Posted {
  labels: Record<string, string>;
  startsAt: string;
  endsAt: string;
}

async function posts(all: readonly [AlertEventKind, Incident][]): Promise<Posted[][]> {
  await using receiver = await startReceiver(() => ({ status: 200 }));
  const config = alerts(`sinks: { am: { type: alertmanager, url: "${receiver.url}" } }`);
  const parts = { secrets: [], externalUrl: undefined, open: () => [], nowMs: () => START_MS + 60_000 };
  const sink = createSink(config.sinks[0]!, parts);
  for (const [kind, of] of all) {
    const alert = { id: `${of.id}-${kind}`, event: eventFor(config, kind, of) };
    await sink.send([alert], AbortSignal.timeout(10_000));
  }
  await sink.close();
  expect(receiver.received.map(({ path }) => path)).toEqual(all.map(() => '/api/v2/alerts'));
  return receiver.received.map(({ body }) => JSON.parse(body) as Posted[]);
}

const severities = (alertsOf: Posted[]) => alertsOf.map(({ labels }) => labels['severity']);

test('an incident keeps the labels that it was first told with, whatever joins it', async () => {
  const [first, second] = await posts([
    ['opened', incident({ reasons: ['rate_spike'] })],
    ['updated', incident({ reasons: ['error_burst', 'rate_spike'], services: ['payments', 'shop'] })],
  ]);
  expect(second!.map(({ labels }) => labels)).toEqual(first!.map(({ labels }) => labels));
});

test('when it grows more severe the old alert ends in the call that opens the new one', async () => {
  const [, second, third] = await posts([
    ['opened', incident()],
    ['updated', incident({ worst_level: 'fatal' })],
    ['resolved', incident({ worst_level: 'fatal', state: 'resolved', resolved_at: START_MS + 30_000 })],
  ]);
  expect(severities(second!)).toEqual(['error', 'critical']);
  expect(second!.map(({ endsAt }) => Date.parse(endsAt) - START_MS - 60_000)).toEqual([0, 240_000]);
  expect(third).toEqual([
    expect.objectContaining({
      startsAt: new Date(START_MS).toISOString(),
      endsAt: new Date(START_MS + 30_000).toISOString(),
    }),
  ]);
});

test('while nothing is open there is nothing to remind it of, and it is not called', async () => {
  await using receiver = await startReceiver(() => ({ status: 200 }));
  const config = alerts(`sinks: { am: { type: alertmanager, url: "${receiver.url}" } }`);
  const open = [eventFor(config, 'updated', incident())];
  const parts = { secrets: [], externalUrl: undefined, open: () => open.splice(0), nowMs: () => START_MS };
  const sink = createSink(config.sinks[0]!, parts);
  expect(await sink.refresh?.send(AbortSignal.timeout(10_000))).toMatchObject({ outcome: 'delivered' });
  expect(await sink.refresh?.send(AbortSignal.timeout(10_000))).toBeUndefined();
  await sink.close();
  expect(receiver.received).toHaveLength(1);
});

test('the labels of so many incidents are remembered, the latest of them', async () => {
  const idOf = (i: number) => i.toString(16).padStart(16, '0');
  const many = Array.from({ length: 2001 }, (_, i): [AlertEventKind, Incident] => [
    'opened',
    incident({ id: idOf(i) }),
  ]);
  const worse = (i: number): [AlertEventKind, Incident] => ['updated', incident({ id: idOf(i), worst_level: 'fatal' })];
  const [forgotten, remembered] = (await posts([...many, worse(0), worse(2000)])).slice(-2);
  expect([severities(forgotten!), severities(remembered!)]).toEqual([['critical'], ['error', 'critical']]);
}, 60_000);
