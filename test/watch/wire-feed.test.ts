import { expect, test } from 'vitest';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';
import { WireFeed } from '../../src/watch/wire-feed.ts';
import { packAnomalies } from '../live/anomaly-samples.ts';
import { anomalyOf } from '../serve/engine-double.ts';

test('the latest 256 entries that somebody asked for are encoded once, whoever asks again', () => {
  const log = new AnomalyLog({ entriesMax: 1000, bytesMax: 2_000_000 });
  log.append(packAnomalies(Array.from({ length: 300 }, () => anomalyOf())));
  const encoded: number[] = [];
  const feed = new WireFeed(
    log,
    ({ id }) => ({ position: String(id), heartbeat: {} }),
    (event) => {
      encoded.push(Number(event.position));
      return Buffer.alloc(1);
    },
  );
  const ids = Array.from({ length: 256 }, (_, i) => i + 1);
  for (const id of [...ids, ...ids]) feed.get(id)!.encoded();
  expect(encoded).toEqual(ids);
  // One more, and the one asked for first has made room; the others stand.
  for (const id of [257, 256, 2, 1]) feed.get(id)!.encoded();
  expect(encoded.slice(256)).toEqual([257, 1]);
});
