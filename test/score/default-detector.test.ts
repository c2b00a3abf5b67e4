import { describe, expect, it } from 'vitest';
import { reasonsOf } from '../../src/domain/anomaly.ts';
import { ERROR, INFO } from '../../src/domain/level.ts';
import type { LevelIndex } from '../../src/domain/level.ts';
import { createDetector } from '../../src/score/create-detector.ts';

const OPTIONS = { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } };
const START_MS = 1_795_305_600_000;

function say(detector: ReturnType<typeof createDetector>, text: string, level: LevelIndex, timestampMs: number) {
  const bytes = new TextEncoder().encode(text);
  return { ...detector.score(bytes, 0, bytes.length, level, timestampMs) };
}

/** `count` healthy lines of five templates, `everyMs` apart. */
function trained(count: number, everyMs: number) {
  const detector = createDetector('shop', OPTIONS);
  for (let i = 0; i < count; i++) {
    const lines = [
      `charge ${i}a1ce-af4b captured, amount ${(i * 7919) % 900}.${10 + (i % 89)} EUR`,
      `order ${100_000 + ((i * 104_729) % 900_000)} created for customer ${i % 977}`,
      `GET /api/items/${(i * 31) % 5000} 200 in ${5 + ((i * i) % 120)}ms`,
      `token issued for user ${10_000 + ((i * 7907) % 60_000)} valid 3600s`,
      'cache refreshed',
    ];
    say(detector, lines[i % 5]!, INFO, START_MS + i * everyMs);
  }
  return { detector, endMs: START_MS + count * everyMs };
}

describe('the default detector', () => {
  it.each([
    ['an hour', 6000, 600],
    ['a backlog sent within two seconds', 2400, 1],
  ])('raises the first line of a never seen error at once after %s of healthy lines', (_, count, everyMs) => {
    const { detector, endMs } = trained(count, everyMs);
    const verdict = say(detector, 'the disk under the journal is full', ERROR, endMs + 1000);
    expect(reasonsOf(verdict.alerts)).toContain('new_template');
  });

  it('finds nothing wrong with ids, amounts and durations that are spread as they always were', () => {
    const { detector, endMs } = trained(2400, 400);
    let raised = 0;
    for (let i = 0; i < 3000; i++) {
      const at = endMs + i * 400;
      const line =
        i % 2 === 0
          ? `token issued for user ${10_000 + ((i * 7907) % 60_000)} valid 3600s`
          : `charge ${i}a1ce-af4b captured, amount ${(i * 7919) % 900}.${10 + (i % 89)} EUR`;
      if ((say(detector, line, INFO, at).alerts & 64) !== 0) raised++;
    }
    expect(raised).toBe(0);
  });
});
