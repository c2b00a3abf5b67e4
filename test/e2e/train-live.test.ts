import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeLines } from '../decode/otlp-samples.ts';
import { healthyLines } from '../live/shard-samples.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';

let halfspace: RunningHalfspace;

beforeEach(async () => {
  halfspace = await startHalfspace();
});
afterEach(() => halfspace.kill());

interface Trained {
  trained_on: number;
  log_count: number;
  detector: { line_count: number };
}

async function post(path: string): Promise<unknown> {
  return (await fetch(`${halfspace.addresses.rest}${path}`, { method: 'POST' })).json();
}

test('training on the buffer teaches nothing twice, and all of it after a reset', async () => {
  const timeUnixNano = BigInt(Date.now() - 600_000) * 1_000_000n;
  const answer = await fetch(halfspace.addresses.otlp_http, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(encodeLines('shop', healthyLines(300), { severityNumber: 9, timeUnixNano })),
  });
  expect(answer.status).toBe(200);
  const live = (await post('/clusters/train?source=otlp&window=1h')) as Trained;
  expect(live).toMatchObject({ trained_on: 300, log_count: 300, detector: { line_count: 300 } });
  expect(await post('/detector/reset')).toEqual({ reset: true, services_removed: 1 });
  const anew = (await post('/clusters/train?source=otlp&window=1h')) as Trained;
  expect(anew).toMatchObject({ trained_on: 300, log_count: 300, detector: { line_count: 300 } });
});
