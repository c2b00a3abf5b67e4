import { expect, test } from 'vitest';
import { Failures, statusParts } from '../src/app-status.ts';

const ready = { ready: true, reasons: [] };

function partsOf(failures: Failures, trainedMs: number | undefined) {
  return statusParts({ readiness: ready, failures, trainedMs, kept: undefined, sinks: undefined });
}

test('with nothing set, what is not set is off and the rest is ok', () => {
  expect(partsOf(new Failures(), undefined)).toEqual([
    { name: 'receivers', state: 'ok' },
    { name: 'shards', state: 'ok' },
    { name: 'retraining', state: 'ok' },
    { name: 'store', state: 'off', detail: 'DATA_DIR is not set' },
    { name: 'sinks', state: 'off', detail: 'no alerts file is set' },
  ]);
});

test('retraining that failed is degraded until a run after it is done', () => {
  const failures = new Failures();
  failures.note('retraining', new Error('out of memory'));
  const before = { name: 'retraining', state: 'degraded', last_error: 'out of memory', since: expect.any(String) };
  expect(partsOf(failures, 1000)).toContainEqual(before);
  const after = { name: 'retraining', state: 'ok', last_error: 'out of memory' };
  expect(partsOf(failures, Date.now() + 1000)).toContainEqual(after);
});

test('a shard that was started anew is ok, and says why it died', () => {
  const failures = new Failures();
  failures.note('shards', new Error('killed'));
  expect(partsOf(failures, undefined)).toContainEqual({ name: 'shards', state: 'ok', last_error: 'killed' });
});
