import { describe, expect, test } from 'vitest';
import { FAULTS } from './faults/all.ts';
import { runFault } from './run-fault.ts';

/** As `npm run chaos` does it, only less of it. */
const SHORT = 0.35;

describe('the service and what was acknowledged survive', () => {
  test.each(FAULTS)('$name: $what', { timeout: 180_000 }, async (fault) => {
    const row = await runFault(fault, SHORT);
    if (row.outcome === 'skipped') {
      // A part can be had where tests run in CI; the right to mount a disk may not be.
      if (process.env['CI'] === 'true' && fault.part !== undefined) throw new Error(row.note);
      console.warn(`SKIPPED: ${fault.name}: ${row.note}`);
      return;
    }
    expect(row).toMatchObject({ outcome: 'survived', lost: 0 });
  });
});
