import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { endWorker } from '../inspector.ts';

const KILLS = 3;
const WAIT_MS = 30_000;

export const SHARD_KILLED: Fault = {
  name: 'worker killed',
  what: `a scoring thread ends ${KILLS} times in the middle of its work`,
  keeps: true,
  // A port to reach into the process by: what ends the thread is not of the service.
  env: { SHARDS: '2', SNAPSHOT_INTERVAL_SECONDS: '1', NODE_OPTIONS: '--inspect=127.0.0.1:0' },
  async run({ halfspace, client, scale }) {
    const learning = async () =>
      ((await halfspace.get('/detector/status')) as { learning_count: number }).learning_count;
    while ((await learning()) > 0) await client.nextOk();
    // A snapshot of what is known by now.
    await sleep(2500);
    const kills = Math.max(1, Math.round(KILLS * scale));
    for (let i = 1; i <= kills; i++) {
      await endWorker(halfspace, `shard-${i % 2}`);
      await restarts(halfspace, i);
      await client.nextOk();
    }
    const told = halfspace.logs.filter(({ msg }) => String(msg).startsWith('a shard died and was started anew')).length;
    const status = JSON.stringify(await halfspace.get('/status'));
    if (told !== kills || !/"name":"shards"[^}]*"last_error"/.test(status))
      throw new Error(`${kills} threads ended; the log tells of ${told}, and /status: ${status.slice(0, 300)}`);
    if ((await learning()) > 0) throw new Error('services learn anew: the snapshots were not used');
    return `${kills} times, each told by log, /metrics and /status; no service learns anew`;
  },
};

async function restarts({ metric }: { metric(name: string): Promise<number> }, count: number): Promise<void> {
  const startMs = performance.now();
  while ((await metric('halfspace_shard_restarts_total')) < count) {
    if (performance.now() - startMs > WAIT_MS) throw new Error(`no shard was started anew within ${WAIT_MS / 1000} s`);
    await sleep(20);
  }
}
