import { describe, expect, it } from 'vitest';
import { INFO } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import type { Finding } from '../../../src/score/detector.ts';
import { TICK_MS } from '../../../src/score/detector.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_795_305_600_000;
const encoder = new TextEncoder();

/** A service that says one line a second, and a clock beside it that ticks. */
function service() {
  const detector = createDetector('shop', { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } });
  const found: Finding[] = [];
  let count = 0;
  const speak = (fromMs: number, durationMs: number) => {
    for (let ms = 0; ms < durationMs; ms += 1000) {
      const bytes = encoder.encode(`charge ${count++} captured`);
      detector.score(bytes, 0, bytes.length, INFO, fromMs + ms);
    }
  };
  const tick = (fromMs: number, durationMs: number) => {
    for (let ms = 0; ms <= durationMs; ms += TICK_MS) found.push(...detector.tick(fromMs + ms));
  };
  /** As it is live: each tick after the lines before it. */
  const live = (fromMs: number, durationMs: number) => {
    for (let ms = 0; ms < durationMs; ms += TICK_MS) {
      speak(fromMs + ms, TICK_MS);
      tick(fromMs + ms + TICK_MS, 0);
    }
  };
  return { found, speak, tick, live };
}

describe('lines of long ago that come now', () => {
  it('are no silence until now', () => {
    const { found, speak, tick } = service();
    speak(NOW_MS - 8 * HOUR_MS, HOUR_MS);
    tick(NOW_MS, 15_000);
    expect(found).toEqual([]);
  });

  it('are none either when they come bit by bit, and are followed by lines of now', () => {
    const { found, speak, tick, live } = service();
    for (let part = 0; part < 60; part++) {
      speak(NOW_MS - 8 * HOUR_MS + part * 60_000, 60_000);
      tick(NOW_MS + part * TICK_MS, 0);
    }
    live(NOW_MS + 60 * TICK_MS, HOUR_MS);
    expect(found).toEqual([]);
  });

  it('leave a silence from then on to be told, from when it began', () => {
    const { found, speak, tick } = service();
    speak(NOW_MS - 8 * HOUR_MS, 2 * HOUR_MS);
    tick(NOW_MS, HOUR_MS / 6);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]!.reasons).toEqual(['rate_drop']);
    expect(found[0]!.explanation.details[0]!.since).toBeGreaterThanOrEqual(NOW_MS - 2 * TICK_MS);
    expect(found[0]!.timestamp).toBeLessThan(NOW_MS + HOUR_MS / 6);
  });
});

it('a silence is measured by what was usual when it began, however long it lasts', () => {
  const { found, live, tick } = service();
  live(NOW_MS, HOUR_MS);
  tick(NOW_MS + HOUR_MS, 3 * HOUR_MS);
  const rates = found.map(({ explanation: { details } }) => {
    const { expected, unit } = details[0]!;
    return expected / Number(/\d+/.exec(unit));
  });
  expect(found.length).toBeGreaterThan(5);
  for (const rate of rates) expect(rate).toBeCloseTo(rates[0]!, 1);
  expect(rates[0]).toBeGreaterThan(0.9);
});
