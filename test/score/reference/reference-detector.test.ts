import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '../../../src/domain/anomaly.ts';
import { fingerprint } from '../../../src/domain/fingerprint.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { ReferenceDetector } from '../../../src/score/reference/reference-detector.ts';
import { shared, sharedPath } from '../../shared.ts';

const OPTIONS = { hstThreshold: 0.7, miner: { profile: 'drain3' as const, simTh: 0.4, maxTemplates: 2000 } };
const [INFO, WARN, ERROR, FATAL] = [2, 3, 4, 5] as const;
const encoder = new TextEncoder();

describe.skipIf(!shared)('service detector beside the reference', () => {
  it('scores a real sshd log as River does: 300 lines learnt, then 400 scored and learnt', () => {
    const golden = JSON.parse(readFileSync(sharedPath('golden/hst_reference_sshd.json'), 'utf8')) as {
      scores: number[];
    };
    const rows = parse<{ Content: string }>(readFileSync(sharedPath('data/loghub/OpenSSH.csv')), { columns: true });
    const detector = new ReferenceDetector('sshd', OPTIONS);
    const scores = rows.slice(0, 700).map(({ Content }) => say(detector, Content, INFO).score);
    // The golden scores are rounded to four places.
    scores.slice(300).forEach((score, i) => expect(Math.abs(score - golden.scores[i]!)).toBeLessThanOrEqual(0.5001e-4));
    expect(golden.scores).toHaveLength(400);
    expect(new Set(scores.slice(0, 250))).toEqual(new Set([0]));
  });
});

describe('service detector', () => {
  it('raises neither score nor new template while it learns, whatever the line', () => {
    const detector = new ReferenceDetector('s', { ...OPTIONS, hstThreshold: 0 });
    for (let i = 0; i < 250; i++) {
      expect(detector.learning).toBe(true);
      const verdict = say(detector, odd(i), WARN, i);
      expect(verdict).toMatchObject({ reasons: 0, score: 0, learning: true, isNew: true });
    }
    expect(detector.learning).toBe(false);
    expect(say(detector, odd(0), INFO, 300)).toMatchObject({ reasons: 1, learning: false, isNew: false });
    expect(detector.lines).toBe(251);
  });

  it('raises an error burst even while it learns', () => {
    const detector = new ReferenceDetector('s', OPTIONS);
    const reasons = Array.from({ length: 6 }, (_, i) =>
      reasonsOf(say(detector, 'boom', i === 5 ? FATAL : ERROR, i).reasons),
    );
    expect(reasons).toEqual([[], [], [], [], ['error_burst'], ['error_burst']]);
  });

  it('never reports a score from before the first window, even when learning is shorter than it', () => {
    const detector = new ReferenceDetector('s', { ...OPTIONS, hstThreshold: 0 }, 0);
    const reasons = Array.from({ length: 251 }, (_, i) => say(detector, 'all is well', INFO, i).reasons);
    expect(reasons).toEqual([...Array.from({ length: 250 }, () => 0), 1]);
  });

  it('reports a new template from warn up, once', () => {
    const detector = trained();
    expect(reasonsOf(say(detector, 'cache rebuilt without trouble', INFO).reasons)).not.toContain('new_template');
    const first = say(detector, 'disk sda is nearly full', WARN);
    expect(first.isNew).toBe(true);
    expect(reasonsOf(first.reasons)).toContain('new_template');
    expect(first.template.text).toBe('disk sda is nearly full');
    expect(reasonsOf(say(detector, 'disk sda is nearly full', WARN).reasons)).not.toContain('new_template');
  });

  it('calls a template new again after it was evicted', () => {
    const detector = new ReferenceDetector(
      's',
      { ...OPTIONS, miner: { profile: 'drain3', simTh: 0.4, maxTemplates: 3 } },
      0,
    );
    const lines = ['one', 'two words', 'three short words', 'one', 'four words stand here', 'two words'];
    expect(lines.map((line) => say(detector, line, WARN).isNew)).toEqual([true, true, true, false, true, true]);
  });

  it('gives a line unlike all others a higher score than the usual ones', () => {
    const detector = trained();
    const usual = say(detector, 'request 17 served', INFO).score;
    const unusual = say(detector, `stack overflow ${'in frame '.repeat(60)}`, ERROR);
    expect(unusual.score).toBeGreaterThan(Math.max(0.7, usual));
    expect(reasonsOf(unusual.reasons)).toEqual(['anomaly_score', 'new_template']);
  });

  it('reuses one verdict object', () => {
    const detector = trained();
    expect(say(detector, 'a', INFO)).toBe(say(detector, 'b c', INFO));
  });

  it('gives the fingerprint of the template as it stands', () => {
    const detector = new ReferenceDetector('s', OPTIONS);
    const { template } = say(detector, 'user anna logged in', INFO);
    expect(detector.fingerprintOf(template)).toBe(fingerprint('s', 'user anna logged in'));
    say(detector, 'user bert logged in', INFO);
    expect(detector.fingerprintOf(template)).toBe(fingerprint('s', 'user <*> logged in'));
  });

  it('a clone goes on as the original would, and teaches it nothing', () => {
    const message = fc.constantFrom(
      'request 17 served',
      'user anna left',
      'user bert left',
      'disk full',
      'x '.repeat(70),
    );
    const line = fc.tuple(message, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 30_000 }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 400 }), fc.array(line, { maxLength: 50 }), (noise, lines) => {
        const original = trained();
        const first = original.clone();
        const second = original.clone();
        for (const [text, level, ms] of noise) say(first, text, level as LevelIndex, ms);
        for (const [text, level, ms] of lines) {
          // Beyond the minute that the original remembers and a copy does not.
          const laterMs = ms + 120_000;
          const expected = summary(second, say(second, text, level as LevelIndex, laterMs));
          expect(summary(original, say(original, text, level as LevelIndex, laterMs))).toEqual(expected);
        }
        expect(original.lines).toBe(second.lines);
      }),
      { numRuns: 20 },
    );
  });
});

function say(detector: ReferenceDetector, message: string, level: LevelIndex, timestampMs = 0) {
  const bytes = encoder.encode(message);
  return detector.score(bytes, 0, bytes.length, level, timestampMs);
}

function summary(detector: ReferenceDetector, verdict: ReturnType<typeof say>): unknown {
  const { template, ...rest } = verdict;
  return { ...rest, id: template.id, text: template.text, size: template.size, hash: detector.fingerprintOf(template) };
}

/** 300 ordinary lines. */
function trained(): ReferenceDetector {
  const detector = new ReferenceDetector('s', OPTIONS);
  for (let i = 0; i < 300; i++) say(detector, i % 5 === 0 ? 'cache is warm now' : `request ${i} served`, INFO, i * 100);
  return detector;
}

/** Lines that share no template: as many tokens as `i` says. */
function odd(i: number): string {
  return Array.from({ length: i + 1 }, () => 'w').join(' ');
}
