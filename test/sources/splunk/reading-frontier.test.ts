import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadingFrontier, SLACK_MS } from '../../../src/sources/splunk/reading-frontier.ts';

interface Row {
  timeMs: number;
  text: string;
}

/** Few instants and few texts, so that rows are often equal. */
const rows = fc.array(fc.record({ timeMs: fc.integer({ min: 0, max: 4000 }), text: fc.constantFrom('a', 'b') }), {
  maxLength: 60,
});

describe('a reading that breaks off and goes on', () => {
  it('takes every row once, wherever it breaks off and however rows of an instant are shuffled', () => {
    fc.assert(
      fc.property(
        rows,
        fc.array(fc.nat(60), { maxLength: 6 }),
        fc.boolean(),
        fc.nat(),
        (all, cuts, isNarrowed, seed) => {
          const frontier = new ReadingFrontier();
          const taken: Row[] = [];
          for (const [round, cut] of [...cuts, Infinity].entries()) {
            const untilMs = isNarrowed ? frontier.resumeMs(5000) : 5000;
            frontier.restart();
            const found = newestFirst(all, seed + round).filter(({ timeMs }) => timeMs < untilMs);
            for (const row of found.slice(0, cut)) if (frontier.take(row.timeMs, row.text)) taken.push(row);
          }
          expect(sorted(taken)).toEqual(sorted(all));
        },
      ),
    );
  });

  it('remembers no more than what lies near the oldest row', () => {
    const frontier = new ReadingFrontier();
    for (let timeMs = 100_000; timeMs > 0; timeMs -= 10) frontier.take(timeMs, 'x');
    frontier.restart();
    expect(frontier.resumeMs(Infinity)).toBe(10 + SLACK_MS + 1);
    expect(frontier.take(10 + SLACK_MS, 'x')).toBe(false);
    expect(frontier.take(10 + SLACK_MS, 'x')).toBe(true);
  });

  it('says that it cannot go on once a row came much too late', () => {
    const frontier = new ReadingFrontier();
    frontier.take(5000, 'a');
    frontier.take(5000 + SLACK_MS, 'b');
    expect(frontier.isDisordered).toBe(false);
    frontier.take(5000 + SLACK_MS + 1, 'c');
    expect(frontier.isDisordered).toBe(true);
  });
});

/** Within an instant in any order, another one each time. */
function newestFirst(all: readonly Row[], seed: number): Row[] {
  const mixed = all.map((row, index) => ({ row, key: (index * 7919 + seed * 104_729) % 1009 }));
  return mixed.toSorted((a, b) => b.row.timeMs - a.row.timeMs || a.key - b.key).map(({ row }) => row);
}

function sorted(some: readonly Row[]): Row[] {
  return some.toSorted((a, b) => a.timeMs - b.timeMs || (a.text < b.text ? -1 : 1));
}
