import { describe, expect, test, vi } from 'vitest';
import type { OutboxEntry } from '../../../src/domain/outbox.ts';
import { Incidents } from '../../../src/incident/incidents.ts';
import { AlertSinks } from '../../../src/sinks/alert-sinks.ts';
import { startReceiver } from '../loopback.ts';
import type { Answer } from '../loopback.ts';
import { alerts, anomaly, START_MS } from '../samples.ts';
import { delivered, hook, ids, LONG, opened, sinksOf } from './delivery-harness.ts';

test(
  'what waits for the rate limit is told as it is at last, once',
  async () => {
    await using receiver = await startReceiver(() => ({ status: 200 }));
    const limits = ', rate_limit_per_minute: 6, update_interval_seconds: 0';
    let nowMs = START_MS;
    const { sinks, tell } = sinksOf(`sinks:\n${hook(receiver, 'hook', limits)}`, { nowMs: () => nowMs });
    tell(opened(1));
    await delivered(sinks, 1);
    for (let count = 2; count <= 100; count++) tell({ kind: 'updated', incident: { ...opened(1).incident, count } });
    expect(sinks.statuses()[0]).toMatchObject({ pending: 1, counts: { delivered: 1, superseded: 98 } });
    nowMs += 10_000;
    await sinks.stop(LONG / 2);
    const told = receiver.received.map(
      ({ body }) => (JSON.parse(body) as { data: { incident: object } }).data.incident,
    );
    expect(told).toEqual([opened(1).incident, { ...opened(1).incident, count: 100 }]);
  },
  LONG,
);

test(
  'a clock that is set back by an hour holds nothing up',
  async () => {
    let nowMs = START_MS;
    await using receiver = await startReceiver((_, index) => ({ status: index === 0 ? 500 : 200 }));
    const { sinks, tell } = sinksOf(`sinks:\n${hook(receiver)}`, {
      nowMs: () => nowMs,
      retry: { firstMs: LONG, longestMs: LONG },
    });
    tell(opened(1));
    await vi.waitFor(() => expect(sinks.statuses()[0]?.counts.failed).toBe(1), { timeout: LONG });
    nowMs -= 3_600_000;
    tell(opened(2));
    await delivered(sinks, 2);
  },
  LONG,
);

test(
  'an alert that is too old is given up, said so and out of the outbox',
  async () => {
    await using receiver = await startReceiver(() => ({ status: 500 }));
    const removed: string[] = [];
    let nowMs = START_MS;
    const { sinks, said, tell } = sinksOf(`sinks:\n${hook(receiver, 'hook', ', give_up_after_seconds: 3600')}`, {
      nowMs: () => nowMs,
      outbox: { add: async () => {}, remove: (_, gone) => void removed.push(...gone), restore: () => [] },
    });
    tell(opened(1));
    await receiver.until(1);
    await vi.waitFor(() => expect(sinks.statuses()[0]?.counts.failed).toBe(1), { timeout: LONG });
    nowMs += 3_600_001;
    tell(opened(2));
    await vi.waitFor(() => expect(sinks.statuses()[0]?.counts.given_up).toBe(1), { timeout: LONG });
    expect(removed).toEqual(['incident-0000000000000001-opened']);
    expect(said.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({ sentence: 'gave up alerts that could not be delivered for 3600 s' }),
    ]);
  },
  LONG,
);

test(
  'at the bound of the queue the loss is counted, said once, and out of the outbox',
  async () => {
    await using receiver = await startReceiver(() => ({ status: 500 }));
    const removed: string[] = [];
    const { sinks, said, tell } = sinksOf(`sinks:\n${hook(receiver, 'hook', ', queue_max: 10')}`, {
      outbox: { add: async () => {}, remove: (_, gone) => void removed.push(...gone), restore: () => [] },
      retry: { firstMs: LONG, longestMs: LONG },
    });
    for (let i = 0; i < 100; i++) tell(opened(i));
    expect(sinks.statuses()[0]).toMatchObject({ pending: 10, counts: { dropped: 90 } });
    expect(removed).toHaveLength(90);
    expect(said.filter(({ sentence }) => sentence.includes('is full'))).toHaveLength(1);
  },
  LONG,
);

test(
  'what an earlier process left is delivered, under the same ids; what is for a sink no longer there is let go',
  async () => {
    await using receiver = await startReceiver(() => ({ status: 200 }));
    const yaml = `sinks:\n${hook(receiver)}`;
    const before = new AlertSinks({
      config: alerts(yaml),
      openIncidents: () => [],
      log: { info: () => {}, warn: () => {}, error: () => {} },
      nowMs: () => Date.now(),
      random: () => 0.5,
    });
    const left = before.plan({ firstAnomalyId: 1, anomalies: [], changes: [opened(1), opened(2)] });
    const removed: string[] = [];
    const gone: OutboxEntry = { ...(left[0] as OutboxEntry), sink: 'gone' };
    const damaged: OutboxEntry = { ...(left[0] as OutboxEntry), id: 'damaged', event: '{"v":1' };
    const { sinks } = sinksOf(yaml, {
      outbox: {
        add: async () => {},
        remove: (sink, of) => void removed.push(...of.map((id) => `${sink} ${id}`)),
        restore: () => [...left, gone, damaged],
      },
    });
    await delivered(sinks, 2);
    expect(ids(receiver)).toEqual(left.map(({ id }) => id));
    expect(removed.toSorted()).toEqual(
      [...left.map(({ id }) => `hook ${id}`), `gone ${gone.id}`, 'hook damaged'].toSorted(),
    );
  },
  LONG,
);

describe('the end', () => {
  test(
    'waits within its grace until all is delivered, updates that wait included',
    async () => {
      await using receiver = await startReceiver(() => ({ status: 200 }));
      const { sinks, tell } = sinksOf(`sinks:\n${hook(receiver)}`);
      tell(opened(1));
      await delivered(sinks, 1);
      tell({ kind: 'updated', incident: { ...opened(1).incident, count: 9999 } });
      await sinks.stop(LONG);
      expect(receiver.received).toHaveLength(2);
    },
    LONG,
  );

  test(
    'does not wait for a tool that is dead, and says what is left',
    async () => {
      const { sinks, said, tell } = sinksOf('sinks:\n  dead: { type: webhook, url: "http://127.0.0.1:1/" }');
      tell(opened(1));
      const startMs = performance.now();
      await sinks.stop(LONG);
      expect(performance.now() - startMs).toBeLessThan(LONG / 2);
      expect(said.at(-1)).toMatchObject({ fields: { sink: 'dead', alerts: 1 } });
    },
    LONG,
  );

  test(
    'cuts off a tool that hangs when the grace is over',
    async () => {
      await using receiver = await startReceiver(() => 'hang');
      const { sinks, tell } = sinksOf(`sinks:\n${hook(receiver)}`);
      tell(opened(1));
      await receiver.until(1);
      await sinks.stop(50);
      expect(sinks.statuses()[0]?.pending).toBe(1);
    },
    LONG,
  );
});

test(
  'a burst of 100,000 anomalies is a handful of messages',
  async () => {
    await using receiver = await startReceiver(() => ({ status: 200 }));
    const { sinks } = sinksOf(`sinks:\n${hook(receiver)}`);
    const incidents = new Incidents();
    const batch = 1000;
    for (let i = 0; i < 100_000; i += batch) {
      const anomalies = Array.from({ length: batch }, (_, j) => anomaly({ timestamp: START_MS + i + j }));
      const changes = anomalies.flatMap((one) => incidents.add(one).changes);
      sinks.enqueue(sinks.plan({ firstAnomalyId: i, anomalies, changes }));
      // As between two requests.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const changes = incidents.advance(START_MS + 1_000_000);
    sinks.enqueue(sinks.plan({ firstAnomalyId: 0, anomalies: [], changes }));
    await sinks.stop(LONG);
    expect(receiver.received.length).toBeLessThanOrEqual(4);
    const last = JSON.parse(receiver.received.at(-1)!.body) as { type: string; data: { incident: { count: number } } };
    expect(last).toMatchObject({ type: 'incident.resolved', data: { incident: { count: 100_000 } } });
  },
  LONG,
);

test(
  'a test alert says at once what the tool answered, past the queue',
  async () => {
    const answers: Answer[] = [{ status: 200 }, { status: 403, body: 'no_service' }];
    await using receiver = await startReceiver((_, index) => answers[index] ?? { status: 200 });
    const { sinks } = sinksOf(`sinks:\n${hook(receiver)}`);
    expect(await sinks.test('hook')).toMatchObject({ delivered: true, status: 200, error: undefined });
    expect(await sinks.test('hook')).toMatchObject({
      delivered: false,
      status: 403,
      error: expect.stringContaining('answered 403 with the words "no_service"') as string,
    });
    expect(await sinks.test('nobody')).toBeUndefined();
  },
  LONG,
);
