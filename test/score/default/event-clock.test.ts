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

describe('lines that are late as a rule', () => {
  /** The bucket that is open at `now` where each of `lines` lines before came so many buckets late. */
  function openAfter(late: number, lines = 10): { clock: EventClock; open: number } {
    const clock = new EventClock();
    const open = 10_000;
    clock.bucketOf(at(open), open);
    for (let i = 0; i < lines; i++) clock.bucketOf(at(open - late), open);
    return { clock, open: clock.openBy(at(open + 1000), open) };
  }

  test.each([
    [0, 11_000],
    [7, 10_993],
    [120, 10_880],
  ])('%i buckets late are waited for', (late, open) => {
    expect(openAfter(late).open).toBe(open);
  });

  test.each([121, 1000, 9000])('are waited for ten minutes, not longer: %i buckets', (late) => {
    expect(openAfter(late).open).toBe(10_880);
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
    expect(restored.openBy(at(11_000), 10_000)).toBe(clock.openBy(at(11_000), 10_000));
    expect(restored.openBy(at(11_000), 10_000)).toBeLessThan(10_885);
  });
});
