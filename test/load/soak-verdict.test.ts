import { describe, expect, test } from 'vitest';
import { Histogram } from './histogram.ts';
import { metricIn } from './process-sample.ts';
import type { ProcessSample } from './process-sample.ts';
import { readSoakOptions } from './soak-options.ts';
import { judgeSoak } from './soak-verdict.ts';
import type { SoakFigures } from './soak-verdict.ts';

const HOURS = 24;

/** A day with a sample each quarter of an hour. */
function day(of: (hours: number) => Partial<ProcessSample>): ProcessSample[] {
  return Array.from({ length: HOURS * 4 + 1 }, (_, i) => ({
    hours: i / 4,
    rssMiB: 200,
    handles: 50,
    threads: 12,
    loopDelayP99Seconds: 0.02,
    loopDelayMaxSeconds: 0.05,
    ...of(i / 4),
  }));
}

function figures(over: Partial<SoakFigures>): SoakFigures {
  const reader = { name: 'Watch', events: 90, missed: 10, lastId: 100, ended: false };
  return {
    minutes: HOURS * 60,
    rate: 1000,
    capacity: 2000,
    acknowledged: 5000,
    received: 5000,
    scored: 5000,
    refused: 1,
    failed: 0,
    failures: [],
    latency: new Histogram(),
    samples: day(() => ({})),
    retrainings: { ok: 3, failed: 0 },
    readers: [reader],
    unread: 0,
    sink: { delivered: 4, received: 4, troubles: 0, pending: 0 },
    inFlightBytes: 0,
    exitCode: 0,
    ...over,
  };
}

function broken(over: Partial<SoakFigures>): string[] {
  return judgeSoak(figures(over)).flatMap(({ what, met }) => (met === false ? [what] : []));
}

describe('the verdict of a soak', () => {
  test('has nothing against a service that stays as it is', () => {
    expect(broken({})).toEqual([]);
  });

  test('lets memory fill in the warm-up, and go up and down', () => {
    expect(broken({ samples: day((hours) => ({ rssMiB: Math.min(hours, 0.5) * 400 + (hours % 1) * 30 })) })).toEqual(
      [],
    );
  });

  test('finds memory that grows by 6 MiB an hour for a day', () => {
    expect(broken({ samples: day((hours) => ({ rssMiB: 200 + 6 * hours })) })).toEqual([
      'resident memory, slope after warm-up',
    ]);
  });

  test('finds files, sockets and threads that pile up', () => {
    expect(broken({ samples: day((hours) => ({ handles: 50 + 2 * hours, threads: 12 + hours })) })).toEqual([
      'open files and sockets, after warm-up / at the end',
      'threads, after warm-up / at the end',
    ]);
  });

  test('does not pass without a sample', () => {
    expect(broken({ samples: [] })).toContain('resident memory, slope after warm-up');
  });

  test.each([
    ['records that were acknowledged and not scored', { scored: 4999 }, 'acknowledged = received = scored'],
    ['records that were scored twice', { scored: 5001 }, 'acknowledged = received = scored'],
    ['requests that failed', { failed: 1 }, 'acknowledged = received = scored'],
    ['retraining that never happened', { retrainings: { ok: 0, failed: 0 } }, 'retrainings, failed ones'],
    ['retraining that failed', { retrainings: { ok: 9, failed: 1 } }, 'retrainings, failed ones'],
    ['bytes that are never given back', { inFlightBytes: 1 }, 'bytes in flight at the end'],
    ['a service that does not end in order', { exitCode: 1 }, 'exit code'],
    ['anomalies that readers did not get', { unread: 2 }, 'Watch: read + told as missed = anomalies'],
    [
      'alerts that the sink did not get',
      { sink: { delivered: 4, received: 3, troubles: 0, pending: 0 } },
      'alerts delivered, come to the sink, in trouble, waiting',
    ],
  ])('finds %s', (_, over, row) => {
    expect(broken(over)).toEqual([row]);
  });

  test.each([{ events: 89 }, { ended: true }])('finds a reader with %o', (over) => {
    const reader = { name: 'Watch', events: 90, missed: 10, lastId: 100, ended: false, ...over };
    expect(broken({ readers: [reader] })).toEqual(['Watch: read + told as missed = anomalies']);
  });
});

test('a metric is summed over its labels, or over some of them', () => {
  const page = 'a_total{x="1"} 2\na_total{x="2"} 3\na_total_more 7\nb 1e3\n';
  expect([metricIn(page, 'a_total'), metricIn(page, 'a_total', 'x="2"'), metricIn(page, 'b')]).toEqual([5, 3, 1000]);
});

describe('options', () => {
  test('are five minutes at half of capacity unless told otherwise', () => {
    expect(readSoakOptions([])).toEqual({ minutes: 5, rate: undefined });
    expect(readSoakOptions(['--minutes', '1440', '--rate', '20000'])).toEqual({ minutes: 1440, rate: 20_000 });
  });

  test.each([
    [['--minutes', 'long'], /--minutes wants a number from 0.25 to 43200, got long/],
    [['--minutes', ''], /--minutes wants a number/],
    [['--rate', '0'], /--rate wants a number from 100 to 10000000, got 0/],
    [['--hours', '1'], /--hours/],
  ])('%j are refused with a sentence', (args, sentence) => {
    expect(() => readSoakOptions(args)).toThrow(sentence);
  });
});
