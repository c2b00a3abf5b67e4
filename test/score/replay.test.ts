import { describe, expect, test } from 'vitest';
import { LEVELS } from '../../src/domain/level.ts';
import type { LevelIndex } from '../../src/domain/level.ts';
import type { LogRow } from '../../src/domain/row.ts';
import { Replay } from '../../src/score/replay.ts';
import type { RaisedAnomaly, ReplayOptions } from '../../src/score/replay.ts';

const START_MS = Date.UTC(2026, 0, 5);
const encoder = new TextEncoder();

function replay(options: Partial<ReplayOptions> = {}): { raised: RaisedAnomaly[]; one: Replay } {
  const raised: RaisedAnomaly[] = [];
  const detector = {
    profile: 'reference' as const,
    hstThreshold: 1,
    miner: { profile: 'drain3' as const, simTh: 0.4, maxTemplates: 100 },
  };
  const one = new Replay({ detector, servicesMax: 100, onAnomaly: (anomaly) => raised.push(anomaly), ...options });
  return { raised, one };
}

function feed(one: Replay, rows: readonly LogRow[], way: 'add' | 'learn' = 'add'): void {
  for (const { service, message, level, timestamp } of rows) {
    const bytes = encoder.encode(message);
    one[way](service, bytes, 0, bytes.length, LEVELS.indexOf(level) as LevelIndex, timestamp);
  }
}

/** Usual lines, one a second, of every service in turn. */
function healthy(lines: number, services: readonly string[] = ['shop'], startMs = START_MS): LogRow[] {
  return Array.from({ length: lines }, (_, i) => ({
    timestamp: startMs + i * 1000,
    service: services[i % services.length]!,
    level: 'info' as const,
    message: `order ${i} paid in ${i % 70} ms`,
  }));
}

const DISK_FULL = { message: 'no space left on device', level: 'error' as const, service: 'shop' };

describe('a replay', () => {
  test('raises a new template as the live path would, with the time of its row', () => {
    const { one, raised } = replay();
    const rows = healthy(300);
    feed(one, rows);
    feed(one, [{ ...DISK_FULL, timestamp: START_MS + 300_500 }]);
    one.finish();
    expect(raised).toMatchObject([
      {
        timestamp: START_MS + 300_500,
        service: 'shop',
        reasons: ['new_template'],
        alerts: ['new_template'],
        template: 'no space left on device',
        level: 'error',
        message: 'no space left on device',
        found: 'line',
      },
    ]);
    expect(raised[0]!.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  test('learns without raising anything, and knows afterwards what it learnt', () => {
    const known = { ...DISK_FULL, timestamp: START_MS + 300_000 };
    const { one, raised } = replay();
    feed(one, [...healthy(300), known], 'learn');
    expect(raised).toEqual([]);
    feed(one, [
      { ...known, timestamp: START_MS },
      { ...known, message: 'disk has failed', timestamp: START_MS + 1 },
    ]);
    expect(raised.map(({ message }) => message)).toEqual(['disk has failed']);
  });

  test('gives each service a detector up to the bound; the others share one', () => {
    const { one } = replay({ servicesMax: 3 });
    feed(one, healthy(100, ['a', 'b', 'c', 'd', 'e']));
    expect(one.detectors().map(({ service, lines }) => [service, lines])).toEqual([
      ['_overflow', 40],
      ['a', 20],
      ['b', 20],
      ['c', 20],
    ]);
    expect(one.overflowRows).toBe(40);
  });

  test('gives the place of a service that was idle for an hour to a new one', () => {
    const { one } = replay({ servicesMax: 2 });
    feed(one, healthy(2, ['old', 'busy']));
    feed(one, healthy(3700, ['busy'], START_MS + 2000));
    feed(one, healthy(10, ['new'], START_MS + 3_702_000));
    expect(one.detectors().map(({ service }) => service)).toEqual(['busy', 'new']);
  });

  test('says the same of the same rows every time', () => {
    const rows = healthy(2000, ['a', 'b']).map((row, i) =>
      i % 400 === 399
        ? { ...row, level: 'error' as const, message: `lost page ${'x'.repeat(i % 7)} of the disk` }
        : row,
    );
    const answers = [0, 1].map(() => {
      const { one, raised } = replay();
      feed(one, rows);
      one.finish();
      return JSON.stringify(raised);
    });
    expect(answers[0]!.length).toBeGreaterThan(100);
    expect(answers[0]).toBe(answers[1]);
  });

  test('cuts the text of a very long line between two characters', () => {
    const { one, raised } = replay();
    feed(one, [...healthy(300), { ...DISK_FULL, message: `x${'é'.repeat(20_000)}`, timestamp: START_MS + 300_000 }]);
    expect(raised[0]!.message).toBe(`x${'é'.repeat(8191)}`);
  });
});

/** Lines of several services, two a second of each, with some jitter. */
function steady(services: readonly string[], fromMs: number, untilMs: number): LogRow[] {
  return Array.from({ length: ((untilMs - fromMs) / 500) * services.length }, (_, i) => ({
    timestamp: fromMs + Math.floor(i / services.length) * 500 + ((i * 7919) % 400),
    service: services[i % services.length]!,
    level: 'info' as const,
    message: `order ${i} paid in ${i % 70} ms`,
  })).toSorted((a, b) => a.timestamp - b.timestamp);
}

describe('with the default detector, a replay', () => {
  const HOUR_MS = 3_600_000;
  const MINUTE_MS = 60_000;
  const detector = {
    profile: 'default' as const,
    hstThreshold: 0.9,
    miner: { profile: 'default' as const, simTh: 0.4, maxTemplates: 100 },
  };
  const raisedBy = (rows: readonly LogRow[]) => {
    const { one, raised } = replay({ detector });
    feed(one, rows);
    one.finish();
    return raised;
  };
  const middle = START_MS + 30 * MINUTE_MS;

  test('calls nobody silent when the rows of all are missing for hours', () => {
    const services = ['a', 'b', 'c'];
    const later = middle + 5 * HOUR_MS;
    const rows = [...steady(services, START_MS, middle), ...steady(services, later, later + 10 * MINUTE_MS)];
    expect(raisedBy(rows)).toEqual([]);
  });

  test('tells that one service is silent while others speak, within two minutes and in its own name', () => {
    const rows = [...steady(['a'], START_MS, middle), ...steady(['b', 'c'], START_MS, middle + 10 * MINUTE_MS)];
    const raised = raisedBy(rows.toSorted((x, y) => x.timestamp - y.timestamp));
    expect(raised[0]).toMatchObject({ service: 'a', reasons: ['rate_drop'], found: 'tick' });
    expect(raised[0]!.timestamp).toBeGreaterThan(middle);
    expect(raised[0]!.timestamp).toBeLessThan(middle + 2 * MINUTE_MS);
    expect(new Set(raised.map(({ service }) => service))).toEqual(new Set(['a']));
  });

  test('tells that a service that is alone was silent, at the time when it was', () => {
    const later = middle + 5 * HOUR_MS;
    const raised = raisedBy([...steady(['a'], START_MS, middle), ...steady(['a'], later, later + MINUTE_MS)]);
    expect(raised[0]).toMatchObject({ reasons: ['rate_drop'] });
    expect(raised.every(({ timestamp }) => timestamp > middle && timestamp < middle + 11 * MINUTE_MS)).toBe(true);
  });

  test('does not take the end of the rows for silence', () => {
    expect(raisedBy(steady(['a', 'b'], START_MS, middle))).toEqual([]);
  });
});
