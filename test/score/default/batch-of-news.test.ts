import { describe, expect, it } from 'vitest';
import { reasonsOf } from '../../../src/domain/anomaly.ts';
import { ERROR, INFO } from '../../../src/domain/level.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';

const OPTIONS = { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } };
const START_MS = 1_795_305_600_000;
/** Said once each, so that a new line is nothing new by itself. */
const RARE = ['archive exported', 'ledger closed', 'label printed', 'draft signed', 'quote sent', 'stock counted'];
const RARE_EVERY = 250;

/** A service that has heard `count` lines, `everyMs` apart, and now and then one that was new. */
function trained(count: number, everyMs: number) {
  const detector = createDetector('shop', OPTIONS);
  const say = (text: string, level: LevelIndex, timestampMs: number) => {
    const bytes = new TextEncoder().encode(text);
    return { ...detector.score(bytes, 0, bytes.length, level, timestampMs) };
  };
  for (let i = 0; i < count; i++) {
    const isRare = i > 0 && i % RARE_EVERY === 0;
    const number = i / RARE_EVERY;
    const text = (isRare ? RARE[number] : undefined) ?? `charge ${i} captured`;
    say(text, isRare && number % 2 === 0 ? ERROR : INFO, START_MS + i * everyMs);
  }
  return { say, endMs: START_MS + count * everyMs };
}

describe('the first lines of an incident that all come in one millisecond', () => {
  it.each([
    { name: 'errors after an hour of lines', everyMs: 1800, level: ERROR },
    { name: 'errors right after a backlog', everyMs: 0, level: ERROR },
    { name: 'info lines after an hour of lines', everyMs: 1800, level: INFO },
    { name: 'info lines right after a backlog', everyMs: 0, level: INFO },
  ])('are told: twelve $name', ({ everyMs, level }) => {
    const { say, endMs } = trained(2000, everyMs);
    const verdicts = Array.from({ length: 12 }, (_, i) =>
      say(`could not read host key /etc/keys/key_${i}_rsa`, level, endMs + 10_000),
    );
    const told = verdicts.flatMap(({ alerts }) => reasonsOf(alerts));
    expect(told).toContain('new_template');
  });
});
