import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOUDWATCH } from '../../../src/sources/cloudwatch/options.ts';
import { pullOf } from '../../../src/sources/pulls.ts';
import { usePart } from '../../parts/part.ts';
import { collectRows } from '../contract/collect-rows.ts';
import { CANARY, describeSource } from '../contract/describe-source.ts';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import { startMoto } from './moto.ts';
import type { Moto } from './moto.ts';
import { AWS_REFUSALS, refusal } from './refusals.ts';

const moto = await usePart('moto');
const pullCloudWatch = await pullOf('cloudwatch');
const START = Date.UTC(2026, 10, 20, 8);

const values = (endpoint: string, over: Record<string, string> = {}) =>
  new Map(
    Object.entries({
      access_key_id: 'AKIDTEST',
      secret_access_key: `secret-${CANARY}`,
      region: 'us-east-1',
      log_group: '/aws/lambda/shop, /ecs/stock',
      endpoint,
      ...over,
    }),
  );

describe.skipIf(moto.path === undefined)('with moto', () => {
  describeSource({
    declaration: CLOUDWATCH,
    pull: pullCloudWatch,
    store: 'moto 5.2.5',
    async start(rows) {
      const store = await startMoto(moto.path!);
      const groups = new Map([
        ['shop', '/aws/lambda/shop'],
        ['stock', '/ecs/stock'],
      ]);
      for (const [service, group] of groups) {
        const events = rows
          .filter((row) => row.service === service)
          .map(({ timestamp, level, message }) => ({ timestamp, message: JSON.stringify({ level, message }) }));
        // Lambda's streams are named by date and version.
        await store.put(group, '2026/11/20/[$LATEST]0a1b', events.slice(0, 9));
        await store.put(group, '2026/11/20/[$LATEST]2c3d', events.slice(9));
      }
      return store;
    },
    values,
    refusals: AWS_REFUSALS,
  });

  describe('CloudWatch log groups in moto 5.2.5', () => {
    let store: Moto;
    beforeAll(async () => {
      store = await startMoto(moto.path!);
      const lines = (from: number, count: number, at: number) =>
        Array.from({ length: count }, (_, i) => ({ timestamp: at, message: `line ${from + i}` }));
      await store.put('burst', 'one', [
        ...lines(0, 50, START),
        ...lines(50, 10_000, START + 500),
        ...lines(0, 7, START + 900),
      ]);
      await store.put('odd', 'app-1', [
        { timestamp: START, message: 'plain, without a level\n' },
        { timestamp: START + 1, message: '{"msg":{"nested":true},"level":50,"service":"pay"}' },
        { timestamp: START + 2, message: '{"message":"broken json' },
        { timestamp: START + 3, message: 'bytes \uFFFD\u0000 and \u{1F600}' },
        { timestamp: START + 4, message: `long ${'x'.repeat(1_000_000)}` },
        { timestamp: START + 5, message: '{"time":"2019-01-01T00:00:00Z","severity":"WARNING","message":"own time"}' },
      ]);
      await store.put('odd', 'app-2', [{ timestamp: START + 6, message: 'ERROR of the second stream' }]);
      await store.put('odd', 'job-1', [{ timestamp: START + 7, message: 'of a job' }]);
    }, 60_000);
    afterAll(() => store.stop());

    const collect = (over: Record<string, string>, maxRows = 100_000, url = store.url) =>
      collectRows(CLOUDWATCH, pullCloudWatch, {
        values: values(url, over),
        startMs: START,
        endMs: START + 1000,
        maxRows,
      });

    it('counts 10,000 lines of one millisecond, and those around them', async () => {
      const { rows, summary } = await collect({ log_group: 'burst' });
      expect(rows).toHaveLength(10_057);
      expect(new Set(rows.map(({ message }) => message)).size).toBe(10_050);
      expect(summary.truncated).toBe(false);
    });

    it('keeps the newest lines of a burst', async () => {
      const { rows, summary } = await collect({ log_group: 'burst' }, 10);
      expect(rows.map(({ timestamp }) => timestamp - START)).toEqual([500, 500, 500, ...Array(7).fill(900)]);
      expect(summary.truncated).toBe(true);
    });

    it('reads lines of any kind', async () => {
      const { rows } = await collect({ log_group: 'odd' });
      expect(rows.map(({ message, level, service }) => [message.slice(0, 28), level, service])).toEqual([
        ['plain, without a level', 'info', 'odd'],
        ['{"level":50,"msg":{"nested":', 'error', 'pay'],
        ['{"message":"broken json', 'info', 'odd'],
        ['bytes \uFFFD\u0000 and \u{1F600}', 'info', 'odd'],
        [`long ${'x'.repeat(23)}`, 'info', 'odd'],
        ['own time', 'warn', 'odd'],
        ['ERROR of the second stream', 'error', 'odd'],
        ['of a job', 'info', 'odd'],
      ]);
      expect(rows[4]!.message).toHaveLength(1_000_005);
      expect(rows[5]!.timestamp).toBe(START + 5);
    });

    it('reads the streams that are named', async () => {
      const { rows } = await collect({ log_group: 'odd', log_stream: 'app-2, job-1' });
      expect(rows.map(({ message }) => message)).toEqual(['ERROR of the second stream', 'of a job']);
    });

    it('sees what the official client sees', async () => {
      const page = { logGroupName: 'odd', startTime: START, endTime: START + 999 };
      const { events = [] } = await store.client.send(new FilterLogEventsCommand(page));
      const { rows } = await collect({ log_group: 'odd' });
      expect(rows.map(({ timestamp }) => timestamp)).toEqual(events.map(({ timestamp }) => timestamp));
    });

    it('names the group that is not there', async () => {
      await expect(collect({ log_group: 'odd,nothing' })).rejects.toMatchObject({
        code: 'configuration',
        message: expect.stringContaining(
          'Amazon CloudWatch Logs, FilterLogEvents: it answered 400 with the words ' +
            '"ResourceNotFoundException: The specified log group does not exist. (log group nothing, us-east-1)"',
        ) as string,
      });
    });

    it('asks again when it is throttled, with no hint of when', async () => {
      const proxy = await startFaultProxy(store.url);
      proxy.fail(refusal('ThrottlingException', 'Rate exceeded'), 3);
      const { rows, summary } = await collect({ log_group: 'odd' }, 100, proxy.url);
      expect([rows.length, summary.retries]).toEqual([8, 3]);
      await proxy.close();
    });
  });
});
