import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningHalfspace } from '../../e2e/halfspace.ts';
import type { Fault, FaultContext } from '../fault.ts';
import { endWorker } from '../inspector.ts';

const KILLS = 3;
const WAIT_MS = 30_000;

// A port to reach into the process by: what ends the thread is not of the service.
const ENV = { SHARDS: '2', NODE_OPTIONS: '--inspect=127.0.0.1:0' };

export const SHARD_KILLED: Fault = {
  name: 'worker killed',
  what: `a scoring thread ends ${KILLS} times in the middle of its work`,
  keeps: true,
  env: { ...ENV, SNAPSHOT_INTERVAL_SECONDS: '1' },
  async run(context) {
    const { halfspace, client } = context;
    while ((await learning(halfspace)) > 0) await client.nextOk();
    // A snapshot of what is known by now.
    await sleep(2500);
    const kills = await endShards(context, 'go on from their last snapshots');
    if ((await learning(halfspace)) > 0) throw new Error('services learn anew: the snapshots were not used');
    return `${kills} times, each told by log, /metrics and /status; no service learns anew`;
  },
};

export const SHARD_KILLED_UNKEPT: Fault = {
  name: 'worker killed, nothing kept',
  what: 'the same without DATA_DIR',
  env: ENV,
  async run(context) {
    const kills = await endShards(context, 'learn from the beginning');
    return `${kills} times, each told by log, /metrics and /status; what users mark is still known`;
  },
};

/** Ends the threads in turn, and holds what is told of it to the truth: `fate` is what the log says of the services. */
async function endShards({ halfspace, client, scale }: FaultContext, fate: string): Promise<number> {
  const kills = Math.max(1, Math.round(KILLS * scale));
  for (let i = 1; i <= kills; i++) {
    await endWorker(halfspace, `shard-${i % 2}`);
    await restarts(halfspace, i);
    await client.nextOk();
  }
  const told = halfspace.logs.filter(({ msg }) => {
    const text = String(msg);
    return text.startsWith('a shard died and was started anew') && text.endsWith(fate);
  });
  const status = JSON.stringify(await halfspace.get('/status'));
  if (told.length !== kills || !/"name":"shards"[^}]*"last_error"/.test(status))
    throw new Error(`${kills} threads ended; the log tells of ${told.length}, and /status: ${status.slice(0, 300)}`);
  return kills;
}

async function learning(halfspace: RunningHalfspace): Promise<number> {
  return ((await halfspace.get('/detector/status')) as { learning_count: number }).learning_count;
}

async function restarts({ metric }: RunningHalfspace, count: number): Promise<void> {
  const startMs = performance.now();
  while ((await metric('halfspace_shard_restarts_total')) < count) {
    if (performance.now() - startMs > WAIT_MS) throw new Error(`no shard was started anew within ${WAIT_MS / 1000} s`);
    await sleep(20);
  }
}
