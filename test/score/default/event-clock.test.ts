import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArchiveReader } from '../../../src/domain/archive/archive-reader.ts';
import { ArchiveWriter } from '../../../src/domain/archive/archive-writer.ts';
import { EventClock } from '../../../src/score/default/event-clock.ts';

const BUCKET_MS = 5000;
const START = 1000;
const at = (bucket: number) => bucket * BUCKET_MS + 1;

/** A clock that only lines move: `say` answers the bucket in which a line of `bucket` counts. */
function clockOfLines() {
  const clock = new EventClock();
  let open = START;
  const say = (bucket: number): number => {
    const counted = clock.bucketOf(at(bucket), open);
    if (counted > open) open = counted;
    return counted;
  };
  return { clock, say, open: () => open };
}

describe('the clock of a service that nobody ticks', () => {
  test('goes as its lines do, each counted where it belongs', () => {
    const { say, open } = clockOfLines();
    expect([START, START, START + 1, START + 4, START + 16].map(say)).toEqual([
      START,
      START,
      START + 1,
      START + 4,
      START + 16,
    ]);
    expect(open()).toBe(START + 16);
  });

  test('never goes back: a late line counts in its own bucket', () => {
    const { say, open } = clockOfLines();
    expect([START + 9, START + 2, START + 9].map(say)).toEqual([START + 9, START + 2, START + 9]);
    expect(open()).toBe(START + 9);
  });

  test('believes a jump of more than a minute once a second line confirms it', () => {
    const { say, open } = clockOfLines();
    say(START);
    expect(say(START + 500)).toBe(START);
    expect(say(START + 1)).toBe(START + 1);
    expect(say(START + 500)).toBe(START + 1);
    expect(say(START + 501)).toBe(START + 501);
    expect(open()).toBe(START + 501);
  });

  test('is not moved by a sender whose clock is far ahead, as long as usual lines stand between its own', () => {
    const ahead = fc.integer({ min: 13, max: 40_000 });
    const usual = fc.array(fc.integer({ min: -3, max: 12 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.record({ usual, ahead }), { maxLength: 30 }), (turns) => {
        const { say, open } = clockOfLines();
        say(START);
        for (const { usual, ahead } of turns) {
          for (const step of usual) {
            const before = open();
            expect(say(before + step)).toBe(before + step);
          }
          const before = open();
          expect(say(before + ahead)).toBe(before);
          expect(open()).toBe(before);
        }
      }),
    );
  });

  test('takes a gap of more than a day to be none, and its times are still those of the rows', () => {
    const { clock, say, open } = clockOfLines();
    say(START);
    say(START + 20_000);
    expect(say(START + 20_000)).toBe(START + 1);
    expect(say(START + 20_003)).toBe(START + 4);
    expect(open()).toBe(START + 4);
    expect(clock.outer(clock.inner(at(START + 20_003)))).toBe(at(START + 20_003));
  });

  test('goes on behind a seam where it stood, with rows that are older, too', () => {
    const { clock, say } = clockOfLines();
    say(START);
    clock.seam();
    expect([7, 7, 9].map(say)).toEqual([START + 1, START + 1, START + 3]);
  });
});

/** Buckets from the true time at which senders say their lines, and how many buckets pass before. */
const TURNS = fc.array(
  fc.record({
    pass: fc.integer({ min: 0, max: 3 }),
    wrong: fc.array(fc.integer({ min: 14, max: 40_000 }), { maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 40 },
);

describe('the clock of a service that somebody ticks', () => {
  test('is not moved by lines far ahead of the ticks, however many come in a row', () => {
    fc.assert(
      fc.property(TURNS, (turns) => {
        const clock = new EventClock();
        let now = START;
        let open = START;
        clock.bucketOf(at(open), open);
        for (const { pass, wrong } of turns) {
          now += pass;
          open = clock.openBy(at(now), open);
          expect(open).toBe(now);
          for (const ahead of wrong) expect(clock.bucketOf(at(now + ahead), open)).toBe(open);
          // Whose clock is right counts where it belongs.
          expect(clock.bucketOf(at(now), open)).toBe(now);
        }
      }),
    );
  });

  test.each([
    ['a first line of a wrong clock', (clock: EventClock) => clock.bucketOf(at(10_720), 10_720)],
    [
      'all clocks were set back',
      (clock: EventClock) => {
        clock.bucketOf(at(10_719), 10_719);
        clock.openBy(at(10_720), 10_719);
      },
    ],
  ])('goes with lines and ticks once they agree, after %s', (_, begin) => {
    const clock = new EventClock();
    begin(clock);
    const open = 10_720;
    clock.openBy(at(10_000), open);
    for (let i = 0; i < 3; i++) clock.bucketOf(at(10_000), open);
    clock.bucketOf(at(10_720), open);
    expect(clock.openBy(at(10_001), open)).toBe(open);
    expect(clock.bucketOf(at(10_001), open)).toBe(open);
    expect(clock.bucketOf(at(10_721), open)).toBe(open);
    expect(clock.openBy(at(10_003), open)).toBe(open + 2);
    expect(clock.outer(clock.inner(at(10_003)))).toBe(at(10_003));
  });

  test('follows lines that are of a later time than the ticks, all of them', () => {
    const clock = new EventClock();
    let open = START;
    for (let bucket = START; bucket < START + 200; bucket += 10) {
      open = clock.bucketOf(at(bucket), open);
      expect(open).toBe(bucket);
      expect(clock.openBy(at(START + 1), open)).toBe(Math.max(open, START + 1));
    }
    expect(clock.bucketOf(at(START + 300), open)).toBe(open);
    expect(clock.bucketOf(at(START + 301), open)).toBe(START + 301);
  });

  test('takes the word of lines where the ticks are of another day', () => {
    const clock = new EventClock();
    clock.bucketOf(at(START), START);
    expect(clock.openBy(at(START + 100_000), START)).toBe(START);
    expect(clock.bucketOf(at(START + 5), START)).toBe(START + 1);
    expect(clock.bucketOf(at(START + 500), START + 1)).toBe(START + 1);
    expect(clock.bucketOf(at(START + 505), START + 1)).toBe(START + 501);
  });
});

describe('lines that are late as a rule', () => {
  /** The bucket that is open at `now` where each of `lines` lines before came so many buckets late. */
  function openAfter(late: number, lines = 10): { clock: EventClock; open: number } {
    const clock = new EventClock();
    const open = 10_000;
    clock.bucketOf(at(open), open);
    for (let i = 0; i < lines; i++) clock.bucketOf(at(open - late), open);
    return { clock, open: clock.openBy(at(open + 200), open) };
  }

  test.each([
    [0, 10_200],
    [7, 10_193],
    [120, 10_080],
  ])('%i buckets late are waited for', (late, open) => {
    expect(openAfter(late).open).toBe(open);
  });

  test.each([121, 1000, 9000])('are waited for ten minutes, not longer: %i buckets', (late) => {
    expect(openAfter(late).open).toBe(10_080);
  });

  test('are not waited for where they are few', () => {
    const clock = new EventClock();
    for (let i = 0; i < 100; i++) clock.bucketOf(at(10_000), 10_000);
    for (let i = 0; i < 10; i++) clock.bucketOf(at(9950), 10_000);
    expect(clock.openBy(at(10_010), 10_000)).toBe(10_010);
  });

  test('are waited for by a copy from the disk, too', () => {
    const { clock } = openAfter(9000);
    const writer = new ArchiveWriter();
    clock.archive(writer);
    const restored = new EventClock();
    restored.archive(new ArchiveReader(writer.take()));
    expect(restored.openBy(at(10_200), 10_000)).toBe(clock.openBy(at(10_200), 10_000));
    expect(restored.openBy(at(10_200), 10_000)).toBeLessThan(10_085);
  });
});
