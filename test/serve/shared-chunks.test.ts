import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';
import { createEventStream } from '../../src/serve/event-stream.ts';
import { packAnomalies } from '../live/anomaly-samples.ts';
import { anomalyOf } from './engine-double.ts';
import { openStream } from './sse-client.ts';

test('what was written out for one reader is kept for others of 64 filters, then for those that come', async () => {
  const log = new AnomalyLog({ entriesMax: 10, bytesMax: 100_000 });
  log.append(packAnomalies([anomalyOf()]));
  const looked: string[] = [];
  const stream = createEventStream({ subscribersMax: 200, heartbeatMs: 60_000, stalledMs: 60_000 });
  const server = createServer((request, response) => {
    const filterKey = request.url ?? '';
    response.setHeader('content-type', 'text/event-stream');
    stream.subscribe(response, {
      feed: log,
      event: 'anomaly',
      filterKey,
      wants: () => looked.push(filterKey) > 0,
      start: { cursor: 1, missed: 0 },
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    stream.stop();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  /** Whether the entry was looked at for a reader of this filter. */
  const isLookedAt = async (filter: string): Promise<boolean> => {
    const before = looked.length;
    const reader = await openStream(`http://127.0.0.1:${port}${filter}`);
    expect(await reader.nextEvent()).toMatchObject({ event: 'anomaly', id: '1' });
    reader.close();
    return looked.length > before;
  };

  for (let i = 1; i <= 64; i++) expect(await isLookedAt(`/${i}`)).toBe(true);
  expect(await isLookedAt('/1')).toBe(false);
  expect(await isLookedAt('/64')).toBe(false);
  // One filter more than is kept: all make room.
  expect(await isLookedAt('/65')).toBe(true);
  expect(await isLookedAt('/65')).toBe(false);
  expect(await isLookedAt('/1')).toBe(true);
});
