import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { anomalyLines } from '../../src/cli/tail/anomaly-lines.ts';
import { printAnomalies } from '../../src/demo/anomaly-printer.ts';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import { anomalyOf } from '../serve/engine-double.ts';

const SCREEN = { columns: 80, isTerminal: false, paint: (_: unknown, text: string) => text };

const found = (hst_score: number, message: string): Anomaly => ({
  ...anomalyOf({ message, service: 'shop' }),
  hst_score,
  explanation: {
    details: [{ reason: 'rate_drop', observed: 1, expected: 40, unit: 'lines in 16195 s', since: 0, scope: 'service' }],
    features: [],
    first_seen: 0,
    last_seen: 0,
    template_count: 0,
    repeats: 0,
  },
});

test('a line of tail tells a score only where there is one, and numbers in words', () => {
  expect(anomalyLines(found(0.834, 'a line'), SCREEN, false)[0]).toMatch(/a line \(score 0\.83\)$/);
  const [line, reason] = anomalyLines(found(0, 'by the clock'), SCREEN, true);
  expect(line).toMatch(/by the clock$/);
  expect(reason).toContain('rate_drop: 1 line in 4 h 30 min, usual is 40; since ');
});

test('so does a line of the demo', () => {
  const held = [{ ...found(0.834, 'a line'), fingerprint: 'a' }, found(0, 'by the clock')];
  const lines: string[] = [];
  let read = () => {};
  const feed = {
    firstId: 0,
    nextId: 0,
    get: (id: number) => ({ anomaly: held[id]! }),
    onAppend: (listener: () => void) => ((read = listener), () => {}),
  };
  const stop = printAnomalies(feed, (line) => lines.push(stripVTControlCharacters(line)));
  feed.nextId = held.length;
  read();
  stop();
  expect(lines).toEqual([expect.stringMatching(/a line \(score 0\.83\)$/), expect.stringMatching(/by the clock$/)]);
});
