import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { part } from '../../parts/part.ts';
import type { Fault } from '../fault.ts';

/** Seconds from the true time. */
const JUMPS = [3600, -7200, 86_400, -86_400, 30, 0];
const STAY_MS = 2500;
const CLOCK = 'clock';

/** The clock of the process alone is set, by libfaketime. */
export const CLOCK_JUMPS: Fault = {
  name: 'clock jumps',
  what: `the clock is set ${JUMPS.map((seconds) => `${seconds} s`).join(', ')} from the true time`,
  part: 'faketime',
  keeps: true,
  async prepare(folder) {
    let library: string;
    try {
      library = await part('faketime');
    } catch (error) {
      return { skip: `libfaketime cannot be had here: ${error instanceof Error ? error.message : String(error)}` };
    }
    const clock = join(folder, CLOCK);
    writeFileSync(clock, '+0s');
    return {
      env: {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        FAKETIME_DISABLE_SHM: '1',
      },
    };
  },
  async run({ folder, client, scale, halfspace }) {
    for (const seconds of JUMPS) {
      writeFileSync(join(folder, CLOCK), `${seconds < 0 ? '' : '+'}${seconds}s`);
      await sleep(STAY_MS * scale);
      await client.nextOk();
    }
    const { logs } = halfspace;
    const errors = logs.filter(({ level }) => level === 'error' || level === 'fatal').map(({ msg }) => String(msg));
    if (errors.length > 0) throw new Error(`the log has errors: ${errors.slice(0, 3).join('; ')}`);
    return `${JUMPS.length} jumps, none of them an error`;
  },
};
