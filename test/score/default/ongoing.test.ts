import { describe, expect, it } from 'vitest';
import { ERROR, INFO } from '../../../src/domain/level.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { BUCKET_MS, BucketRing, ERRORS, LINES, MINUTE_BUCKETS } from '../../../src/score/default/bucket-ring.ts';
import { Ongoing } from '../../../src/score/default/ongoing.ts';
import { MISSING, OF_TEMPLATE, OngoingRate } from '../../../src/score/default/ongoing-rate.ts';
import { LONG_AGO, TemplateMemory } from '../../../src/score/default/template-memory.ts';
import type { MinedTemplate } from '../../../src/mine/template-miner.ts';

const TEMPLATE: MinedTemplate = {
  id: 1,
  text: 'disk is full',
  identity: 'disk is full',
  aliases: [],
  size: 1,
  version: 1,
  memory: undefined,
} as unknown as MinedTemplate;

/** A ring to which minutes are added, so many lines each. */
function minutes() {
  const ring = new BucketRing(0);
  return {
    ring,
    pass(lines: number, isError = false): BucketRing {
      for (let bucket = 0; bucket < MINUTE_BUCKETS; bucket++) {
        const share =
          Math.floor(((bucket + 1) * lines) / MINUTE_BUCKETS) - Math.floor((bucket * lines) / MINUTE_BUCKETS);
        for (let i = 0; i < share; i++) ring.add(ring.open, false, isError);
        ring.advance();
      }
      return ring;
    },
  };
}

/** Whether it goes on after each of these minutes. */
function course(start: { kind: number; usual: number; spread?: number }, lines: readonly number[]): string {
  const { pass } = minutes();
  const rate = new OngoingRate({ spread: 1, toldMs: 0, ...start });
  return lines
    .map((count) => {
      rate.endMinute(pass(count, start.kind === ERRORS));
      return rate.isOver ? '.' : rate.goesOn ? 'x' : '-';
    })
    .join('');
}

describe('a rate that was told', () => {
  it('goes on while it is beyond twice what was usual, whatever it was when it was told', () => {
    expect(course({ kind: LINES, usual: 30 }, [600, 600, 70, 70, 70, 70, 70, 70])).toBe('xx-xxxxx');
    expect(course({ kind: ERRORS, usual: 0.5 }, [9, 9, 8, 9, 7, 9])).toBe('xxxxxx');
  });

  it('is over once it has been usual for five minutes, however many lines the minutes before had', () => {
    expect(course({ kind: LINES, usual: 30 }, [3000, 3000, 33, 28, 31, 30, 29, 30])).toBe('xx----..');
    expect(course({ kind: ERRORS, usual: 0.5 }, [90, 90, 0, 1, 0, 1, 0])).toBe('xx----.');
  });

  it('has lasted after three minutes, and is ending from the first usual one on', () => {
    const { pass } = minutes();
    const rate = new OngoingRate({ kind: LINES, usual: 30, spread: 1, toldMs: 0 });
    const states = [600, 600, 600, 30, 600].map((count) => {
      rate.endMinute(pass(count));
      return [rate.hasLasted, rate.isEnding];
    });
    expect(states).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [true, true],
      [true, false],
    ]);
  });

  it('does not end by a single minute, nor go on by one', () => {
    expect(course({ kind: ERRORS, usual: 0.5 }, [9, 9, 0, 9, 9])).toBe('xx-xx');
    expect(course({ kind: LINES, usual: 30, spread: 4 }, [90, 90, 30, 30, 30, 30, 62, 30, 30])).toBe('xx----...');
  });

  it('of lines that are missing goes on until most of them are back', () => {
    expect(course({ kind: MISSING, usual: 30 }, [0, 0, 12, 12, 12, 30, 30, 30, 30, 30])).toBe('xxxxx----.');
  });

  it('of lines that nobody ever said goes on with each', () => {
    const memory = new TemplateMemory(TEMPLATE, ERROR, 0, 12);
    memory.levelCounts[ERROR] = 1;
    const rate = new OngoingRate({ kind: OF_TEMPLATE, memory, usual: 0, spread: 1, toldMs: 0 });
    const { ring } = minutes();
    const lines = [3, 0, 1, 0, 0, 0, 0, 0].map((count) => {
      memory.levelCounts[ERROR]! += count;
      return [rate.endMinute(ring), rate.goesOn, rate.isOver];
    });
    expect(lines.slice(0, 3)).toEqual([
      [3, true, false],
      [0, false, false],
      [1, true, false],
    ]);
    expect(lines.at(-1)).toEqual([0, false, true]);
  });

  it('is over when a user says that its template is expected', () => {
    const memory = new TemplateMemory(TEMPLATE, ERROR, 0, 12);
    const rate = new OngoingRate({ kind: OF_TEMPLATE, memory, usual: 0, spread: 1, toldMs: 0 });
    memory.accepted = true;
    expect(rate.isOver).toBe(true);
  });
});

describe('what goes on in a service', () => {
  const novel = (level: LevelIndex) => new TemplateMemory(TEMPLATE, level, 0, 12);
  const endMinute = (ongoing: Ongoing, ring: BucketRing, ...spoken: TemplateMemory[]) => {
    for (const memory of spoken) memory.levelCounts[memory.bornLevel]!++;
    ongoing.endMinute(ring, ring.open * BUCKET_MS);
    return ongoing.course;
  };

  it('is at most twelve rates: those told first', () => {
    const ongoing = new Ongoing();
    const { ring } = minutes();
    const memories = Array.from({ length: 13 }, () => novel(ERROR));
    for (const memory of memories) ongoing.toldNew(memory, 0);
    expect(endMinute(ongoing, ring, memories[12]!)).toBe('over');
    expect(endMinute(ongoing, ring, memories[11]!)).toBe('ongoing');
  });

  it('is no new line below warn', () => {
    const ongoing = new Ongoing();
    const memory = novel(INFO);
    ongoing.toldNew(memory, 0);
    expect(endMinute(ongoing, minutes().ring, memory)).toBe('over');
  });

  it('goes on in the template that a new one has become part of, unless that one was known', () => {
    for (const [bornBucket, expected] of [
      [0, 'ongoing'],
      [LONG_AGO, 'over'],
    ] as const) {
      const ongoing = new Ongoing();
      const { ring } = minutes();
      const [told, toldToo] = [novel(ERROR), novel(ERROR)];
      const whole = new TemplateMemory(TEMPLATE, ERROR, bornBucket, 12);
      for (const memory of [told, toldToo]) {
        memory.levelCounts[ERROR] = 5;
        ongoing.toldNew(memory, 0);
      }
      for (const memory of [told, toldToo]) {
        whole.absorb(memory);
        ongoing.absorb(whole, memory);
      }
      expect(endMinute(ongoing, ring, whole)).toBe(expected);
      // Both that were told, and the one since.
      expect(ongoing.lines).toBe(expected === 'over' ? 2 : 3);
    }
  });

  it('has become usual an hour after it was told last, unless something else goes on', () => {
    const ongoing = new Ongoing();
    const { ring, pass } = minutes();
    const [first, second] = [novel(ERROR), novel(ERROR)];
    ongoing.toldNew(first, 0);
    ongoing.toldNew(second, 0);
    ongoing.toldNew(second, 600_000);
    const courses = Array.from({ length: 75 }, () => endMinute(ongoing, pass(0), first, second));
    expect(courses.indexOf('usual')).toBe(69);
    expect(courses.lastIndexOf('ongoing')).toBe(68);
    expect(ring.open).toBe(75 * MINUTE_BUCKETS);
  });
});
