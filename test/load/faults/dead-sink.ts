import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startReceiver } from '../../sinks/loopback.ts';
import type { Receiver } from '../../sinks/loopback.ts';
import type { Fault } from '../fault.ts';

const HANG_MS = 6000;
const WAIT_MS = 60_000;
let receiver: Receiver;
let hangs = true;

/** A webhook that takes connections and answers nothing for a while. */
export const DEAD_SINK: Fault = {
  name: 'sink hangs',
  what: 'a webhook answers nothing for a while, then as it should',
  async prepare(folder, onEnd) {
    hangs = true;
    receiver = await startReceiver(() => (hangs ? 'hang' : { status: 200 }));
    onEnd(() => receiver[Symbol.asyncDispose]());
    const file = join(folder, 'alerts.yaml');
    const hook = `{ type: webhook, url: "${receiver.url}/hook", timeout_seconds: 1 }`;
    writeFileSync(file, `sinks: { hook: ${hook} }\n`);
    return { env: { ALERTS_FILE: file } };
  },
  async run({ halfspace, scale }) {
    await sleep(HANG_MS * scale);
    hangs = false;
    const startMs = performance.now();
    const sink = async () => ((await halfspace.get('/sinks')) as { sinks: { delivered: number }[] }).sinks[0]!;
    while ((await sink()).delivered === 0) {
      if (performance.now() - startMs > WAIT_MS) throw new Error(`nothing was delivered within ${WAIT_MS / 1000} s`);
      await sleep(100);
    }
    return `the incident was delivered ${((performance.now() - startMs) / 1000).toFixed(1)} s after the webhook came back`;
  },
};
