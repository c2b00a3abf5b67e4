import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand } from '../parts/run-command.ts';

/** At a pace that leaves the machine to other tests: what is looked for is what grows and what is lost, not speed. */
const LOGS_PER_SECOND = 2000;
const MINUTES = process.env['CI'] === 'true' ? 5 : 0.34;
const SOAK = fileURLToPath(new URL('soak.ts', import.meta.url));

test(
  `in ${MINUTES} minutes of load, with incidents, readers, alerts and retraining, nothing is lost and nothing piles up`,
  async () => {
    const args = [SOAK, '--minutes', String(MINUTES), '--rate', String(LOGS_PER_SECOND)];
    const output = await runCommand(process.execPath, args);
    expect(output).toMatch(/acknowledged = received = scored +(\d+) = \1 = \1;/);
    expect(output).toContain('soak: every bound was kept');
  },
  (MINUTES + 5) * 60_000,
);
