import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';

const KILLS = 4;
const BETWEEN_MS = 1500;

export const KILLED: Fault = {
  name: 'kill -9',
  what: `the process is killed and started again ${KILLS} times`,
  keeps: true,
  async run(context) {
    const kills = Math.max(1, Math.round(KILLS * context.scale));
    for (let i = 0; i < kills; i++) {
      await sleep(BETWEEN_MS);
      context.halfspace.signal('SIGKILL');
      await context.restart();
      await context.client.nextOk();
    }
    return `${kills} times`;
  },
};
