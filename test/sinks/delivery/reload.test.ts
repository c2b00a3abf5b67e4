import { expect, test, vi } from 'vitest';
import type { Outbox } from '../../../src/domain/outbox.ts';
import { startReceiver } from '../loopback.ts';
import { alerts } from '../samples.ts';
import { hook, ids, LONG, opened, sinksOf } from './delivery-harness.ts';

const DOWN = () => ({ status: 503 });
const WELL = () => ({ status: 200 });

test('what waits for a sink whose address has changed goes to the new one, once each, and in order', async () => {
  await using old = await startReceiver(DOWN);
  await using other = await startReceiver(WELL);
  const { sinks, tell } = sinksOf(`sinks:\n${hook(old)}`);
  tell(opened(1), opened(2));
  await old.until(1);
  const reloaded = sinks.reload(alerts(`sinks:\n${hook(other)}`));
  // While the old one is being stopped.
  tell(opened(3));
  await reloaded;
  tell(opened(4));
  await other.until(4);
  expect(new Set(ids(other)).size).toBe(4);
  await vi.waitFor(() => expect(sinks.statuses()[0]).toMatchObject({ name: 'hook', pending: 0 }), { timeout: LONG });
  expect(other.received).toHaveLength(4);
});

test(
  'alerts that come while a sink is made anew, again and again, all arrive',
  async () => {
    await using first = await startReceiver(WELL);
    await using second = await startReceiver(WELL);
    const files = [first, second].map((one) => alerts(`sinks:\n${hook(one)}`));
    const { sinks, tell } = sinksOf(`sinks:\n${hook(first)}`);
    let told = 0;
    for (let turn = 1; turn <= 3; turn++) {
      const reload = { isOver: false };
      const reloaded = sinks.reload(files[turn % 2]!).then(() => (reload.isOver = true));
      // Some within one turn of the loop, some turns later.
      while (!reload.isOver) {
        tell(opened(++told));
        await (told % 3 === 0 ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve());
      }
      await reloaded;
    }
    await vi.waitFor(() => expect(sinks.statuses()[0]?.pending).toBe(0), { timeout: LONG, interval: 5 });
    const arrived = new Set([...ids(first), ...ids(second)]);
    expect(arrived.size).toBe(told);
  },
  LONG,
);

test('a sink that stays as it was goes on, with its queue and its counts', async () => {
  await using down = await startReceiver(DOWN);
  await using well = await startReceiver(WELL);
  const { sinks, tell } = sinksOf(`sinks:\n${hook(down, 'down')}`);
  tell(opened(1));
  await down.until(2);
  await sinks.reload(alerts(`sinks:\n${hook(down, 'down')}${hook(well, 'new')}`));
  const [kept, added] = sinks.statuses();
  expect(kept).toMatchObject({ name: 'down', pending: 1 });
  expect(kept!.lastError).toContain('503');
  expect(added).toMatchObject({ name: 'new', pending: 0 });
  tell(opened(2));
  await well.until(1);
  expect(sinks.statuses()[0]).toMatchObject({ pending: 2 });
});

test('what waits for a sink that is gone is dropped, said, and out of the outbox', async () => {
  await using gone = await startReceiver(DOWN);
  await using well = await startReceiver(WELL);
  const removed: [string, readonly string[]][] = [];
  const outbox: Outbox = {
    add: () => Promise.resolve(),
    remove: (sink, entries) => void removed.push([sink, entries]),
    restore: () => [],
  };
  const { sinks, said, tell } = sinksOf(`sinks:\n${hook(gone, 'gone')}${hook(well, 'well')}`, { outbox });
  tell(opened(1), opened(2));
  await Promise.all([gone.until(1), well.until(2)]);
  await sinks.reload(alerts(`sinks:\n${hook(well, 'well')}`));
  expect(sinks.statuses().map(({ name }) => name)).toEqual(['well']);
  expect(said).toContainEqual({
    level: 'warn',
    fields: { sink: 'gone', alerts: 2 },
    sentence: 'the alerts file has no such sink any more: alerts dropped',
  });
  expect(removed.find(([sink]) => sink === 'gone')?.[1]).toHaveLength(2);
  tell(opened(3));
  await well.until(3);
});
