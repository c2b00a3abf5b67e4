import { expect, test } from 'vitest';
import type { Reason } from '../../../src/domain/anomaly.ts';
import { ERROR, INFO, LEVELS } from '../../../src/domain/level.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
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

function levelOf(reason: Reason, memory: TemplateMemory): LevelIndex {
  const detail = { reason, observed: 40, expected: 3, unit: 'lines', since: START_MS };
  return findingOf([{ detail, evidence: 20, memory }], new EventClock(), START_MS).level;
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
