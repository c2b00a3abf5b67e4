import { describe, expect, test } from 'vitest';
import { startReceiver } from '../loopback.ts';
import { delivered, hook, ids, LONG, opened, sinksOf } from './delivery-harness.ts';

/** Deterministic, and without any run that hides the share. */
function failsOf(share: number): () => boolean {
  let sum = 0;
  return () => {
    sum += share;
    if (sum < 1) return false;
    sum -= 1;
    return true;
  };
}

describe('a sink in trouble gets everything once it recovers:', () => {
  test(
    'one that answers 500 for a while',
    async () => {
      await using receiver = await startReceiver((_, index) => ({ status: index < 7 ? 500 : 204 }));
      const { sinks, said, tell } = sinksOf(`sinks:\n${hook(receiver)}`);
      for (let i = 0; i < 20; i++) tell(opened(i));
      await delivered(sinks, 20);
      expect(new Set(ids(receiver)).size).toBe(20);
      expect(sinks.statuses()[0]).toMatchObject({ state: 'ok', pending: 0, counts: { failed: 7 } });
      expect(said.map(({ level, sentence }) => `${level}: ${sentence}`)).toEqual([
        'warn: the sink took no alert; it is tried again, GET /sinks has its words',
        'error: the sink takes no alerts; they wait and are tried again, GET /sinks has its words',
        'info: the sink takes alerts again',
      ]);
    },
    LONG,
  );

  test(
    'one that answers 70 % errors',
    async () => {
      const fails = failsOf(0.7);
      await using receiver = await startReceiver(() => ({ status: fails() ? 503 : 200 }));
      const { sinks, tell } = sinksOf(`sinks:\n${hook(receiver)}`);
      for (let i = 0; i < 30; i++) tell(opened(i));
      await delivered(sinks, 30);
      expect(new Set(ids(receiver)).size).toBe(30);
    },
    LONG,
  );

  test(
    'one that hangs',
    async () => {
      await using receiver = await startReceiver((_, index) => (index < 2 ? 'hang' : { status: 200 }));
      const { sinks, tell } = sinksOf(`sinks:\n${hook(receiver, 'hook', ', timeout_seconds: 0.1')}`);
      for (let i = 0; i < 3; i++) tell(opened(i));
      await delivered(sinks, 3);
      expect(sinks.statuses()[0]?.lastError).toMatch(/within 0\.1 s/);
    },
    LONG,
  );

  test(
    'one that is away while its incidents grow and end',
    async () => {
      let isAway = true;
      await using receiver = await startReceiver(() => ({ status: isAway ? 502 : 200 }));
      const { sinks, tell } = sinksOf(`sinks:\n${hook(receiver, 'hook', ', rate_limit_per_minute: 100000')}`);
      // Openings and the last update of each: 600 alerts of 21,000.
      for (let i = 0; i < 300; i++) {
        tell(opened(i));
        for (let count = 2; count < 70; count++) {
          tell({ kind: 'updated', incident: { ...opened(i).incident, count } });
        }
      }
      expect(sinks.statuses()[0]?.pending).toBeLessThanOrEqual(600);
      isAway = false;
      for (let i = 0; i < 300; i++) tell({ kind: 'resolved', incident: { ...opened(i).incident, count: 70 } });
      await delivered(sinks, 600);
      const kinds = receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
      expect(kinds.filter((kind) => kind === 'incident.resolved')).toHaveLength(300);
    },
    LONG,
  );
});

test(
  'Retry-After is honoured over the back-off',
  async () => {
    const times: number[] = [];
    await using receiver = await startReceiver((_, index) => {
      times.push(Date.now());
      return index === 0 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 200 };
    });
    const { sinks, tell } = sinksOf(`sinks:\n${hook(receiver)}`);
    tell(opened(1));
    await delivered(sinks, 1);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(950);
  },
  LONG,
);

test(
  'a message that the tool refuses is not sent again and holds up no other one',
  async () => {
    await using receiver = await startReceiver((_, index) =>
      index === 0 ? { status: 400, body: '{"message":"no such field"}' } : { status: 200 },
    );
    const { sinks, said, tell } = sinksOf(`sinks:\n${hook(receiver)}`);
    tell(opened(1), opened(2));
    await delivered(sinks, 1);
    expect(receiver.received).toHaveLength(2);
    expect(sinks.statuses()[0]).toMatchObject({
      counts: { refused: 1 },
      pending: 0,
      lastError: expect.stringMatching(/answered 400 with the words "no such field"$/) as string,
    });
    // The tool may repeat what it was sent, and that is text of logs.
    expect(said[0]?.fields['error']).toMatch(/answered 400$/);
  },
  LONG,
);

test(
  'a message that alone makes the tool fail does not keep the others waiting',
  async () => {
    const poisoned = opened(1).incident.id;
    await using receiver = await startReceiver(({ body }) => ({ status: body.includes(poisoned) ? 500 : 200 }));
    const { sinks, tell } = sinksOf(`sinks:\n${hook(receiver)}`);
    for (let i = 0; i < 10; i++) tell(opened(i));
    await delivered(sinks, 9);
    expect(sinks.statuses()[0]?.pending).toBe(1);
  },
  LONG,
);

test(
  'a dead sink and one that hangs delay no other one',
  async () => {
    await using good = await startReceiver(() => ({ status: 200 }));
    await using hanging = await startReceiver(() => 'hang');
    const { sinks, tell } = sinksOf(
      `sinks:\n  dead: { type: webhook, url: "http://127.0.0.1:1/" }\n${hook(hanging, 'hanging')}${hook(good, 'good')}`,
    );
    const startMs = performance.now();
    for (let i = 0; i < 50; i++) tell(opened(i));
    await good.until(50);
    expect(performance.now() - startMs).toBeLessThan(LONG / 2);
    expect(sinks.statuses().map(({ pending }) => pending)).toEqual([50, 50, expect.any(Number)]);
  },
  LONG,
);
