import { describe, expect, it } from 'vitest';
import { reasonsOf } from '../../../src/domain/anomaly.ts';
import type { Reason } from '../../../src/domain/anomaly.ts';
import { ERROR, INFO } from '../../../src/domain/level.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import { TICK_MS } from '../../../src/score/detector.ts';
import { seededRandom } from '../../bench/seeded-random.ts';

const OPTIONS = { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } };
const START_MS = 1_795_305_600_000;
const MINUTE_MS = 60_000;

/** A service that says an order every `everyMs` or so, whose amount is 1 to 60. */
function shop(everyMs: number) {
  const detector = createDetector('shop', OPTIONS);
  const below = seededRandom(7);
  let nowMs = START_MS;
  let usualMs = START_MS;
  let tickedMs = START_MS;
  const say = (text: string, level: LevelIndex = INFO): Reason[] => {
    const bytes = new TextEncoder().encode(text);
    return reasonsOf(detector.score(bytes, 0, bytes.length, level, nowMs).alerts);
  };
  /** What is told while so much time goes by. */
  const pass = (ms: number): Reason[] => {
    const told: Reason[] = [];
    const endMs = nowMs + ms;
    while (nowMs < endMs) {
      nowMs = Math.min(usualMs, tickedMs, endMs);
      if (nowMs === usualMs) {
        told.push(...say(`order ${below(900_000)} stored, amount ${1 + below(60)}`));
        usualMs += Math.floor((everyMs * (500 + below(1000))) / 1000);
      } else if (nowMs === tickedMs) {
        for (const { reasons } of detector.tick(nowMs)) told.push(...reasons);
        tickedMs += TICK_MS;
      }
    }
    return told;
  };
  return { say, pass };
}

/** What is told of three more lines with this amount, in buckets of their own. */
function further(amount: number, say: (text: string) => Reason[], pass: (ms: number) => Reason[]): Reason[] {
  return [1, 2, 3].flatMap((i) => [...pass(5000), ...say(`order ${i} stored, amount ${amount}`)]);
}

describe('where little is known yet', () => {
  it('a new error is told with its second line, of another moment, and the first ever at once', () => {
    const { say, pass } = shop(4000);
    pass(30 * MINUTE_MS);
    expect(say('address of order 7 unknown', ERROR)).toContain('new_template');
    pass(30 * MINUTE_MS);
    expect(say('the disk under the journal is full', ERROR)).toEqual([]);
    expect(pass(8000)).toEqual([]);
    expect(say('the disk under the journal is full', ERROR)).toContain('new_template');
  });

  it('a value far beyond a range that few lines have shown waits for further ones', () => {
    const { say, pass } = shop(4000);
    pass(20 * MINUTE_MS);
    expect(say('order 77 stored, amount 9000')).toEqual([]);
    expect(further(9000, say, pass)).toContain('parameter_outlier');
  });

  it('a job by the clock is usual at its third time, though the first was before any rate was known', () => {
    const { say, pass } = shop(3000);
    const told: Reason[][] = [];
    for (let time = 0; time < 4; time++) {
      const before = pass(2000);
      for (let i = 0; i < 40; i++) before.push(...say(`vacuum of table ${i} is over`));
      told.push([...before, ...pass(30 * MINUTE_MS - 2000)]);
    }
    expect(told[2]).toEqual([]);
    expect(told[3]).toEqual([]);
  });
});

describe('where much is known', () => {
  it('a value far beyond is told at once', () => {
    const { say, pass } = shop(2000);
    pass(90 * MINUTE_MS);
    expect(say('order 77 stored, amount 9000')).toContain('parameter_outlier');
  });

  it('a value somewhat beyond waits for further ones', () => {
    const { say, pass } = shop(2000);
    pass(90 * MINUTE_MS);
    expect(say('order 77 stored, amount 200')).toEqual([]);
    expect(further(200, say, pass)).toContain('parameter_outlier');
  });
});

describe('errors of a usual kind', () => {
  /** What is told of six errors that come so far apart. */
  function toldOf(apartMs: number): Reason[] {
    const { say, pass } = shop(2000);
    for (let i = 0; i < 9; i++) {
      say(`order ${i} refused: unknown address`, ERROR);
      pass(10 * MINUTE_MS);
    }
    const told: Reason[] = [];
    for (let i = 0; i < 6; i++) {
      told.push(...say(`order ${100 + i} refused: unknown address`, ERROR));
      told.push(...pass(apartMs));
    }
    return [...told, ...pass(MINUTE_MS)];
  }

  it('are a burst when they go on', () => {
    expect(toldOf(1500)).toContain('error_burst');
  });

  it('are none when one request said them all', () => {
    expect(toldOf(0)).not.toContain('error_burst');
  });
});
