import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { startDemo } from '../../src/demo/otlp-sender.ts';
import { BACKFILL_LINES, Scenario } from '../../src/demo/scenario.ts';
import { SHOP } from '../../src/demo/shop-services.ts';
import { startCollector } from '../parts/collector.ts';
import { usePart } from '../parts/part.ts';
import { fileReceiverConfig, receivedLines } from '../parts/received-lines.ts';

const otelcol = await usePart('otelcol');

describe.skipIf(otelcol.missing !== undefined)('the demo stream', () => {
  test('is OTLP that the real Collector reads, field for field, and ends when it is stopped', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'halfspace-demo-'));
    const received = join(folder, 'received.json');
    const collector = await startCollector({ config: { text: fileReceiverConfig(received) } });
    const [host = '', port] = collector.endpoint('grpc').split(':');
    const said: string[] = [];
    const demo = startDemo({ host, grpcPort: Number(port), onStatus: (sentence) => said.push(sentence), seed: 3 });
    try {
      const backfill = BACKFILL_LINES * SHOP.length;
      await vi.waitFor(async () => expect((await receivedLines(received)).length).toBeGreaterThan(backfill), {
        timeout: 15_000,
        interval: 100,
      });
      await demo.stop();
      const lines = (await receivedLines(received)).slice(0, backfill);
      // The stream starts at the wall clock; everything else follows from the seed.
      const wanted = new Scenario({ seed: 3, startMs: 0 }).backfill();
      const startMs =
        (lines[0]?.timeMs ?? 0) - (wanted.find(({ service }) => service === lines[0]?.service)?.timeMs ?? 0);
      const plain = new Scenario({ seed: 3, startMs }).backfill();
      for (const { name } of SHOP) {
        expect(lines.filter((line) => line.service === name)).toEqual(
          plain
            .filter((line) => line.service === name)
            .map(({ service, body, severityNumber, timeMs, traceId }) => ({
              service,
              body,
              severityNumber,
              timeMs,
              traceId,
            })),
        );
      }
      expect(said[0]).toContain(`${backfill} lines`);
    } finally {
      await demo.stop();
      await collector.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('says so and keeps trying while nobody listens', async () => {
    const said: string[] = [];
    const demo = startDemo({ grpcPort: 1, onStatus: (sentence) => said.push(sentence) });
    await vi.waitFor(() => expect(said.join()).toContain('trying again'), { timeout: 15_000 });
    await demo.stop();
  });
});
