import { expect, test, vi } from 'vitest';
import { Incidents } from '../../src/incident/incidents.ts';
import { anomalyOf } from './engine-double.ts';
import { useRest } from './rest-fixture.ts';
import { openStream } from './sse-client.ts';

const rest = useRest({ heartbeatMs: 20 });

test('1,000 readers share what is written out, and are all told', async () => {
  const { url, server, engine } = rest();
  const streams = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => openStream(`${url}/incidents/stream${i % 2 ? '?kind=opened' : ''}`)),
  );
  await vi.waitFor(() => expect(server.stream.subscribers).toBe(1000));
  engine.incidents.append(new Incidents().add(anomalyOf({ service: 'wide' })).changes);
  const ids = await Promise.all(streams.map(async (stream) => (await stream.nextEvent())?.event));
  expect(new Set(ids)).toEqual(new Set(['incident']));
  const { status } = await rest().call('GET', '/incidents/stream');
  expect(status).toBe(503);
  for (const stream of streams) stream.close();
  await vi.waitFor(() => expect(server.stream.subscribers).toBe(0));
});
