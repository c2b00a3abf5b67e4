import { expect, test } from 'vitest';
import { runSoak } from './soak-run.ts';

/** Half a minute on a desk, five in CI; `npm run soak -- --minutes 1440` is for a day. */
const MINUTES = process.env['CI'] === 'true' ? 5 : 0.5;
/** What any machine that runs tests can take beside them. */
const LOGS_PER_SECOND = 5000;

test(
  `${MINUTES} minutes of load: what is sent is scored, memory and open files stay within bounds`,
  { timeout: 600_000 },
  async () => {
    const { faults, sent } = await runSoak({ minutes: MINUTES, logsPerSecond: LOGS_PER_SECOND });
    expect(faults).toEqual([]);
    expect(sent).toBeGreaterThan(MINUTES * 60 * 100);
  },
);
