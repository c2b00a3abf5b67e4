import { describe, expect, it } from 'vitest';
import { EventStream } from '../../../src/score/default/event-stream.ts';

/** Errors of a service that has had `minutes` with one error each, and then four within ten seconds; nats for a burst. */
function evidenceOf(minutes: number, clump: number): number {
  const errors = new EventStream({
    alternatives: [{ ratio: 6, perSecond: 0.05 }],
    limit: 12,
    caution: 0,
    memorySeconds: 3600,
    prior: 0.5,
    spread: 1.5,
    spreadWeight: 5,
  });
  errors.learn(minutes, 3600, 1);
  errors.countSome(0, 0, clump);
  for (let minute = 0; minute < minutes; minute++) {
    errors.countSome(1, 0, clump);
    errors.endMinute(1, true);
  }
  errors.watch.reset();
  errors.countSome(2, 5000, clump);
  errors.countSome(2, 10_000, clump);
  return errors.watch.evidence;
}

describe('errors of a service whose lines come in clumps', () => {
  it('are taken to come in clumps, too, as long as hardly any has been seen', () => {
    expect(evidenceOf(0, 8)).toBeCloseTo((1.5 / 4.5) * evidenceOf(0, 1), 9);
  });

  it('scatter as they do once they are known', () => {
    expect(evidenceOf(60, 8)).toBeGreaterThan(0.7 * evidenceOf(60, 1));
  });
});
