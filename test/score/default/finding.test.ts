import { expect, test } from 'vitest';
import { REASON_BIT } from '../../../src/domain/anomaly.ts';
import type { Explanation, Reason } from '../../../src/domain/anomaly.ts';
import { fingerprint as fingerprintOfText } from '../../../src/domain/fingerprint.ts';
import { ERROR, INFO, LEVELS } from '../../../src/domain/level.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import type { MinedTemplate } from '../../../src/mine/template-miner.ts';
import { EventClock } from '../../../src/score/default/event-clock.ts';
import { findingOf } from '../../../src/score/default/finding.ts';
import { TemplateMemory } from '../../../src/score/default/template-memory.ts';

const START_MS = 1_795_305_600_000;
const DEBUG = LEVELS.indexOf('debug') as LevelIndex;

/** A template of which so many lines are at each of these levels, the first of them first. */
function memoryOf(lines: readonly (readonly [LevelIndex, number])[]): TemplateMemory {
  const detector = createDetector('shop', { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } });
  const bytes = new TextEncoder().encode('charge 17 failed');
  const { template } = detector.score(bytes, 0, bytes.length, lines[0]![0], START_MS);
  const memory = new TemplateMemory(template, lines[0]![0], 0, bytes.length);
  for (const [level, count] of lines) memory.levelCounts[level] = count;
  return memory;
}

const fingerprintOf = ({ text }: MinedTemplate) => `of ${text}`;

function levelOf(reason: Reason, memory: TemplateMemory): LevelIndex {
  const detail = { reason, observed: 40, expected: 3, unit: 'lines', since: START_MS };
  return findingOf([{ detail, evidence: 20, memory }], new EventClock(), START_MS, fingerprintOf).level;
}

test.each<[string, Reason, [LevelIndex, number][], LevelIndex]>([
  [
    'too many of a template that is mostly errors',
    'rate_spike',
    [
      [INFO, 3],
      [ERROR, 90],
    ],
    ERROR,
  ],
  [
    'too many of a template with an error among its lines',
    'rate_spike',
    [
      [INFO, 90],
      [ERROR, 3],
    ],
    INFO,
  ],
  ['too few errors', 'rate_drop', [[ERROR, 90]], INFO],
  ['a new template at debug', 'new_template', [[DEBUG, 90]], DEBUG],
])('the level of a finding: %s', (_, reason, lines, level) => {
  expect(levelOf(reason, memoryOf(lines))).toBe(level);
});

test('the numbers of a finding say whether they are of the service or of which template', () => {
  const memory = memoryOf([[ERROR, 90]]);
  const detail = { reason: 'rate_spike' as const, observed: 40, expected: 3, unit: 'lines', since: START_MS };
  const signals = [
    { detail, evidence: 20, memory: undefined },
    { detail, evidence: 10, memory },
  ];
  const { explanation } = findingOf(signals, new EventClock(), START_MS, fingerprintOf);
  expect(explanation.details).toEqual([
    { ...detail, scope: 'service' },
    { ...detail, scope: 'template', fingerprint: 'of charge <*> failed' },
  ]);
});

test('a finding says how long in words, and one line as one', () => {
  const detail = { reason: 'rate_drop' as const, observed: 1, expected: 40, unit: 'lines in 16195 s', since: START_MS };
  const { message } = findingOf(
    [{ detail, evidence: 20, memory: undefined }],
    new EventClock(),
    START_MS,
    fingerprintOf,
  );
  expect(message).toBe('rate drop: 1 line in 4 h 30 min, 40 are usual');
});

test('a spike of one template says so, on the clock and in its lines', () => {
  const detector = createDetector('shop', { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } });
  const score = (text: string, timestampMs: number) => {
    const bytes = new TextEncoder().encode(text);
    const verdict = detector.score(bytes, 0, bytes.length, INFO, timestampMs);
    return { reasons: verdict.reasons, explain: () => detector.explain(bytes, 0, bytes.length)! };
  };
  const texts = ['charge 17 captured', 'order 5 placed', 'cache refreshed'];
  for (let i = 0; i < 3000; i++) score(texts[i % 30 === 0 ? 2 : i % 2]!, START_MS + i * 1000);
  const burstMs = START_MS + 3_000_000;
  let told: Explanation | undefined;
  for (let i = 0; i < 600; i++) {
    const line = score('cache refreshed', burstMs + i * 50);
    if (line.reasons & REASON_BIT.rate_spike) told = line.explain();
  }
  const fingerprint = fingerprintOfText('shop', 'cache refreshed');
  expect(told?.details[0]).toMatchObject({ reason: 'rate_spike', scope: 'template', fingerprint });
  expect(told?.details[1]).toEqual(expect.not.objectContaining({ scope: expect.anything() as unknown }));
  const found = detector.tick(burstMs + 60_000).flatMap(({ explanation }) => explanation.details);
  expect(found).toContainEqual(expect.objectContaining({ reason: 'rate_spike', scope: 'template', fingerprint }));
  expect(found).toContainEqual(expect.objectContaining({ reason: 'rate_spike', scope: 'service' }));
});
