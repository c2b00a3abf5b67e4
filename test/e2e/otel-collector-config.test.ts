import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { collectorSnippet } from '../../src/dashboard/views/setup/collector-snippet.ts';
import { startCollector, validateCollectorConfig } from '../parts/collector.ts';
import { usePart } from '../parts/part.ts';
import { fileReceiverConfig, receivedLines } from '../parts/received-lines.ts';
import { RECEIVERS } from '../serve/engine-double.ts';

const CONFIG = fileURLToPath(new URL('../../otel-collector.yaml', import.meta.url));
const otelcol = await usePart('otelcol');

describe.skipIf(otelcol.missing !== undefined)('otel-collector.yaml', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halfspace-collector-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('the real Collector accepts it', async () => {
    await expect(validateCollectorConfig(CONFIG)).resolves.toBeUndefined();
  });

  test('the real Collector refuses it with a misspelt setting: the check can fail', async () => {
    const broken = join(folder, 'broken.yaml');
    await writeFile(broken, (await readFile(CONFIG, 'utf8')).replace('queue_size:', 'queue_sise:'));
    await expect(validateCollectorConfig(broken)).rejects.toThrow('queue_sise');
  });

  test('every line of a file arrives once over OTLP/gRPC, under the service that was set', async () => {
    const logFile = join(folder, 'shop.log');
    const received = join(folder, 'received.json');
    const lines = Array.from({ length: 250 }, (_, i) => `INFO order ${i} placed`);
    await writeFile(logFile, `${lines.join('\n')}\n`);
    const receiver = await startCollector({ config: { text: fileReceiverConfig(received) } });
    const sender = await startCollector({
      config: { path: CONFIG },
      env: {
        LOG_FILE: logFile,
        SERVICE_NAME: 'shop',
        HALFSPACE_ENDPOINT: receiver.endpoint('grpc'),
        COLLECTOR_STORAGE: join(folder, 'storage'),
      },
    });
    try {
      await vi.waitFor(async () => expect(await receivedLines(received)).toHaveLength(lines.length), {
        timeout: 15_000,
        interval: 100,
      });
      const arrived = await receivedLines(received);
      expect(arrived.map(({ body }) => body).toSorted()).toEqual(lines.toSorted());
      expect(new Set(arrived.map(({ service }) => service))).toEqual(new Set(['shop']));
    } finally {
      await sender.stop();
      await receiver.stop();
    }
  });
});

describe.skipIf(otelcol.missing !== undefined)("the dashboard's configuration for the Collector", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halfspace-collector-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test.each([
    ['open', { ...RECEIVERS, token: false }],
    ['closed', { ...RECEIVERS, tls: true, client_certificate: true, token: true }],
  ])('the real Collector accepts it whole, for a service that is %s', async (_, receivers) => {
    const path = join(folder, 'snippet.yaml');
    await writeFile(path, collectorSnippet('fd00::7', receivers));
    await expect(validateCollectorConfig(path, { HALFSPACE_TOKEN: 'token' })).resolves.toBeUndefined();
  });

  test('lines that are written to a file arrive, under the service that was set', async () => {
    const logFile = join(folder, 'shop.log');
    const received = join(folder, 'received.json');
    await writeFile(logFile, 'INFO what stood there before\n');
    const receiver = await startCollector({ config: { text: fileReceiverConfig(received) } });
    const [host = '', port] = receiver.endpoint('grpc').split(':');
    const snippet = collectorSnippet(host, { ...RECEIVERS, token: false, otlp_grpc_port: Number(port) });
    const text = snippet.replace('/var/log/app/*.log', logFile).replace('value: app', 'value: shop');
    const sender = await startCollector({ config: { text } });
    try {
      await vi.waitFor(() => expect(sender.logs.map(({ msg }) => msg)).toContain('Started watching file'), 15_000);
      await appendFile(logFile, 'INFO order 1 placed\n');
      await vi.waitFor(async () => expect(await receivedLines(received)).toHaveLength(1), 15_000);
      expect(await receivedLines(received)).toMatchObject([{ body: 'INFO order 1 placed', service: 'shop' }]);
    } finally {
      await sender.stop();
      await receiver.stop();
    }
  });
});
