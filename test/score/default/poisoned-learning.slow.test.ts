import { describe, expect, it } from 'vitest';
import { ERROR, INFO } from '../../../src/domain/level.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import { TICK_MS } from '../../../src/score/detector.ts';

const OPTIONS = { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 200 } };
const START_MS = 1_795_305_600_000;
const MINUTE_MS = 60_000;
const encoder = new TextEncoder();

/** A service that has been well for `minutes`, two lines a second. */
function shop(minutes: number) {
  const detector = createDetector('shop', OPTIONS);
  let nowMs = START_MS;
  let lines = 0;
  const say = (text: string, level: LevelIndex = INFO): number => {
    const bytes = encoder.encode(text);
    return detector.score(bytes, 0, bytes.length, level, nowMs).alerts === 0 ? 0 : 1;
  };
  const usual = () => {
    const i = lines++;
    return say([`order ${i} placed`, `order ${i} paid in ${i % 40} ms`, `cart ${i} opened`, 'cache refreshed'][i % 4]!);
  };
  /** What is raised, on lines and on ticks, while the service goes on and somebody else speaks in its name. */
  const pass = (ms: number, attack: (second: number) => number = () => 0): number => {
    let raised = 0;
    for (let second = 0; second < ms / 1000; second++, nowMs += 1000) {
      raised += usual() + usual() + attack(second);
      if (second % (TICK_MS / 1000) === 0) raised += detector.tick(nowMs).length;
    }
    return raised;
  };
  pass(minutes * MINUTE_MS);
  return { detector, say, pass };
}

/** Lines that nobody has said before. */
function babbler(): () => string {
  let state = 42;
  const word = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(36).replaceAll(/\d/g, 'z');
  };
  let count = 0;
  return () => Array.from({ length: 3 + (count++ % 9) }, word).join(' ');
}

const refused = (say: (text: string, level: LevelIndex) => number, perSecond: number) => (second: number) => {
  let raised = 0;
  for (let i = 0; i < perSecond; i++) raised += say(`payment ${second * 10 + i} refused by the bank`, ERROR);
  return raised;
};

describe('S18: who sends lines in the name of a service', () => {
  it('is told, and does not make a quarter of an hour of errors usual: they are told when they come again', () => {
    const { say, pass } = shop(60);
    expect(pass(15 * MINUTE_MS, refused(say, 5))).toBeGreaterThan(0);
    // The end of it may be told; after that it is quiet.
    pass(15 * MINUTE_MS);
    expect(pass(30 * MINUTE_MS)).toBe(0);
    expect(pass(5 * MINUTE_MS, refused(say, 5))).toBeGreaterThan(0);
  });

  it('is told when the errors creep up over hours, instead of coming at once', () => {
    const { say, pass } = shop(60);
    let raised = 0;
    for (let minute = 0; minute < 240; minute++) {
      // One more error a minute every four minutes, up to one a second.
      const errors = Math.floor(minute / 4);
      raised += pass(MINUTE_MS, (second) => (second < errors ? say(`payment ${second} refused`, ERROR) : 0));
    }
    expect(raised).toBeGreaterThan(0);
  });

  it('is told of a flood of new templates, a few times, and cannot keep the service deaf by it', () => {
    const { detector, say, pass } = shop(60);
    const babble = babbler();
    const raised = pass(5 * MINUTE_MS, () => {
      let told = 0;
      for (let i = 0; i < 50; i++) told += say(babble());
      return told;
    });
    expect(raised).toBeGreaterThan(0);
    expect(raised).toBeLessThan(50);
    expect(detector.miner.templateCount).toBeLessThanOrEqual(200);
    // What it said all along is known as it was.
    const bytes = encoder.encode('order 7 placed');
    expect(detector.miner.find(bytes, 0, bytes.length)?.size).toBeGreaterThan(1000);
    pass(45 * MINUTE_MS);
    expect(pass(MINUTE_MS, refused(say, 5))).toBeGreaterThan(0);
  });

  it('cannot use its first lines, which raise nothing, to make an error usual for longer than it goes on', () => {
    const detector = createDetector('young', OPTIONS);
    let nowMs = START_MS;
    const say = (text: string, level: LevelIndex) => {
      const bytes = encoder.encode(text);
      return detector.score(bytes, 0, bytes.length, level, nowMs).alerts === 0 ? 0 : 1;
    };
    for (let i = 0; i < 250; i++, nowMs += 100) say(`payment ${i} refused by the bank`, ERROR);
    for (let i = 0; i < 7200; i++, nowMs += 500) {
      say(`order ${i} placed`, INFO);
      if (i % 10 === 0) detector.tick(nowMs);
    }
    let raised = 0;
    for (let i = 0; i < 1500; i++, nowMs += 200) {
      raised += say(`payment ${i} refused by the bank`, ERROR);
      if (i % 25 === 0) raised += detector.tick(nowMs).length;
    }
    expect(raised).toBeGreaterThan(0);
  });
});
