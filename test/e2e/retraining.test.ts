import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, grpcSender, messages } from './otlp-client.ts';
import type { Sender } from './otlp-client.ts';

const ROWS = 200_000;
const ROWS_A_REQUEST = 10_000;
const SERVICES = 4;
const ACTIONS = ['opened', 'closed', 'moved', 'copied', 'renamed', 'shared', 'archived', 'restored'];

interface LiveClusters {
  retrained_at: string | null;
  log_count: number;
  cluster_count: number;
  clusters: { logCount: number; levels: Record<string, number> }[];
}

/** One of `ROWS_A_REQUEST` rows over all services; each `seed` says other things. */
function bulk(seed: number): Buffer {
  const all = Array.from({ length: SERVICES }, (_, s) => ({
    service: `service-${s}`,
    messages: messages(
      ROWS_A_REQUEST / SERVICES,
      (i) =>
        `user ${i} ${ACTIONS[(i + s) % ACTIONS.length]} document ${seed * i} in folder ${i % 13}ms after part ${s}`,
    ),
  }));
  return encodeLogs(...all);
}

async function startFull(retrainIntervalSeconds: number): Promise<{ halfspace: RunningHalfspace; sender: Sender }> {
  const halfspace = await startHalfspace({ RETRAIN_INTERVAL_SECONDS: String(retrainIntervalSeconds) });
  onTestFinished(() => halfspace.kill());
  const sender = grpcSender(halfspace);
  for (let seed = 1; seed <= ROWS / ROWS_A_REQUEST; seed++) {
    expect(await sender.send(bulk(seed))).toMatchObject({ isOk: true });
  }
  expect(await halfspace.metric('halfspace_buffer_rows')).toBe(ROWS);
  return { halfspace, sender };
}

/** Milliseconds until a small request has its OK. */
async function latencyMs(sender: Sender, i: number): Promise<number> {
  const request = encodeLogs({ service: 'live', messages: [`ping ${i} of the probe`] });
  const began = performance.now();
  expect(await sender.send(request)).toMatchObject({ isOk: true });
  return performance.now() - began;
}

/** Computing time of a process so far; Linux counts it in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

let state = 42;
function randomWords(count: number): string {
  const word = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(36).replaceAll(/\d/g, 'z');
  };
  return Array.from({ length: count }, word).join(' ');
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

describe('retraining', { timeout: 60_000 }, () => {
  test(`over a buffer of ${ROWS} rows replaces the live clusters in one step: each answer is of one run, whole and never changed`, async () => {
    const { halfspace, sender } = await startFull(1);
    const runs = new Map<string, string>();
    const counts: number[] = [];
    for (let i = 0; runs.size < 4; i++) {
      // What is said changes all the while, so that two runs never have the same clusters.
      await sender.send(encodeLogs({ service: `new-${i % 50}`, messages: [`${ACTIONS[i % 8]} for the ${i}th time`] }));
      const text = await (await fetch(`${halfspace.addresses.rest}/clusters/live`)).text();
      const live = JSON.parse(text) as LiveClusters;
      if (live.retrained_at === null) continue;
      expect(runs.get(live.retrained_at) ?? text).toBe(text);
      if (!runs.has(live.retrained_at)) counts.push(live.log_count);
      runs.set(live.retrained_at, text);
      expect(live.clusters.length).toBe(live.cluster_count);
      expect(live.clusters.reduce((sum, { logCount }) => sum + logCount, 0)).toBe(live.log_count);
    }
    expect(counts.at(-1)).toBeGreaterThan(ROWS);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(counts[0]!);
    expect([...runs.keys()]).toEqual([...runs.keys()].toSorted());
  });

  test(`over a buffer of ${ROWS} rows leaves the latency of live requests in the range it has without`, async () => {
    const quiet = await startFull(86_400);
    const without: number[] = [];
    for (let i = 0; i < 400; i++) without.push(await latencyMs(quiet.sender, i));
    await quiet.halfspace.stop();
    const { halfspace, sender } = await startFull(1);
    const lastRun = () => halfspace.metric('halfspace_last_retrain_timestamp_seconds');
    const during: number[] = [];
    // Over three runs and the pauses between them.
    const seen = new Set<number>();
    while (seen.size < 4) {
      for (let i = 0; i < 20; i++) during.push(await latencyMs(sender, during.length));
      seen.add(await lastRun());
    }
    expect(await halfspace.metric('halfspace_retrain_seconds')).toBeGreaterThan(0);
    expect(median(during)).toBeLessThan(3 * median(without) + 20);
  });

  test('holds up no stop, even where it takes many seconds', async () => {
    const halfspace = await startHalfspace({ RETRAIN_INTERVAL_SECONDS: '1', SHUTDOWN_GRACE_SECONDS: '0' });
    onTestFinished(() => halfspace.kill());
    const sender = grpcSender(halfspace);
    // Hardly two lines share a template, which is as slow as scoring clusters gets.
    for (let s = 0; s < 60; s++) {
      const babble = messages(2000, (i) => randomWords(2 + (i % 40)));
      expect(await sender.send(encodeLogs({ service: `babbler-${s}`, messages: babble }))).toMatchObject({
        isOk: true,
      });
    }
    // The run that began before they had all come is through; what computes now is the next, which has got to
    // scoring clusters.
    await expect.poll(() => halfspace.metric('halfspace_retrain_seconds'), { timeout: 20_000 }).toBeGreaterThan(0);
    const idle = cpuSeconds(halfspace.pid);
    await expect.poll(() => cpuSeconds(halfspace.pid), { timeout: 20_000, interval: 20 }).toBeGreaterThan(idle + 3);
    const began = performance.now();
    expect(await halfspace.stop()).toBe(0);
    expect((performance.now() - began) / 1000).toBeLessThan(3);
    expect(halfspace.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});
