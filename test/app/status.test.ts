import { expect, test } from 'vitest';
import { noStreams } from '../../src/app/metrics.ts';
import { CertificateRenewals } from '../../src/app/security.ts';
import { Failures, noteWindow, statusParts } from '../../src/app/status.ts';
import { Problem } from '../../src/serve/problem.ts';

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string;

const thread = {
  shard: 'shard-0',
  restarts: 0,
  busySeconds: 1,
  waitedSeconds: 0,
  loopDelayP99Seconds: 0,
  loopDelayMaxSeconds: 0,
};

const standing = {
  readiness: { ready: true, reasons: [] as string[] },
  shards: { threads: () => [thread] },
  analyser: { fullest: { store: undefined as string | undefined, jobs: 0 }, jobsMax: 17 },
  streams: noStreams(),
  kept: undefined,
  sinks: undefined,
  security: { certificate: undefined, senders: undefined, callers: undefined, renewals: new CertificateRenewals() },
};

function partsOf(failures: Failures, changes: Partial<typeof standing> = {}) {
  return statusParts({ ...standing, ...changes, failures });
}

test('with nothing set, what is not set is off and the rest is ok', () => {
  expect(partsOf(new Failures())).toEqual([
    { name: 'receivers', state: 'ok' },
    { name: 'shards', state: 'ok', detail: '1 running' },
    { name: 'retraining', state: 'ok' },
    { name: 'analyser', state: 'ok', detail: 'windows that are worked on or wait: 0 of at most 17' },
    {
      name: 'streams',
      state: 'ok',
      detail: 'readers over HTTP: 0, over gRPC: 0, cut off as too slow: 0, told that they had missed some: 0 times',
    },
    { name: 'certificate', state: 'off', detail: 'TLS_CERT_FILE is not set' },
    { name: 'store', state: 'off', detail: 'DATA_DIR is not set' },
    { name: 'sinks', state: 'off', detail: 'no alerts file is set' },
  ]);
});

test('receivers that take nothing say why', () => {
  const readiness = { ready: false, reasons: ['shutting down'] };
  expect(partsOf(new Failures(), { readiness })).toContainEqual({
    name: 'receivers',
    state: 'off',
    detail: 'shutting down',
  });
});

test('retraining that failed is degraded since it first did, until a run is done; its last error stays', async () => {
  const failures = new Failures();
  failures.note('retraining', new Error('out of memory'));
  const before = failures.part('retraining');
  expect(before).toEqual({ name: 'retraining', state: 'degraded', last_error: 'out of memory', since: instant });
  await new Promise((resolve) => setTimeout(resolve, 5));
  failures.note('retraining', new Error('no room'));
  expect(failures.part('retraining')).toEqual({ ...before, last_error: 'no room' });
  failures.mend('retraining');
  expect(partsOf(failures)).toContainEqual({ name: 'retraining', state: 'ok', last_error: 'no room' });
});

test('a shard that was started anew is ok, and says why it died; one that is behind is not', () => {
  const failures = new Failures();
  failures.note('shards', new Error('killed'));
  failures.mend('shards');
  const shards = {
    threads: () => [
      { ...thread, restarts: 1 },
      { ...thread, shard: 'shard-1' },
    ],
  };
  const anew = { name: 'shards', state: 'ok', detail: '2 running, restarts: 1', last_error: 'killed' };
  expect(partsOf(failures, { shards })).toContainEqual(anew);
  const slow = { threads: () => [{ ...thread, waitedSeconds: 7.6 }] };
  expect(partsOf(new Failures(), { shards: slow })).toContainEqual({
    name: 'shards',
    state: 'degraded',
    detail: '1 running, shard-0 is 8 s behind',
  });
});

test('an analyser without room is degraded', () => {
  const analyser = { fullest: { store: 'loki', jobs: 17 }, jobsMax: 17 };
  expect(partsOf(new Failures(), { analyser })).toContainEqual({
    name: 'analyser',
    state: 'degraded',
    detail: 'windows of loki that are worked on or wait: 17 of at most 17',
  });
});

test.each([
  ['source_failed', 'failed'],
  ['source_refused', 'failed'],
  ['source_timed_out', 'failed'],
  ['source_busy', 'degraded'],
  ['source_not_configured', 'off'],
  ['source_not_readable', 'failed'],
] as const)('a source is there once it was asked: %s makes it %s, and a window that is answered ok', (code, state) => {
  const failures = new Failures();
  noteWindow(failures, 'loki', new Problem(502, code, 'loki said no'));
  const part = { name: 'source/loki', state, last_error: 'loki said no', since: instant };
  expect(partsOf(failures)).toContainEqual(part);
  noteWindow(failures, 'loki', undefined);
  expect(partsOf(failures)).toContainEqual({ name: 'source/loki', state: 'ok', last_error: 'loki said no' });
  expect(partsOf(failures).filter(({ name }) => name.startsWith('source/'))).toHaveLength(1);
});

test('what is wrong with the question is no trouble of a part, and what is wrong with us is one of the analyser', () => {
  const failures = new Failures();
  noteWindow(failures, 'loki', new Problem(400, 'bad_request', 'no'));
  expect(partsOf(failures)).toEqual(partsOf(new Failures()));
  noteWindow(failures, 'file', new Error('worker ended'));
  expect(partsOf(failures)).toContainEqual(
    expect.objectContaining({ name: 'analyser', state: 'degraded', last_error: 'worker ended' }),
  );
});

test('an error that may quote what it read is told by its kind, and a long one is cut', () => {
  const failures = new Failures();
  failures.note('analyser', new SyntaxError('Unexpected token in "customer text"'));
  expect(failures.part('analyser').last_error).toBe('SyntaxError');
  failures.note('analyser', new Error('x'.repeat(5000)));
  expect(failures.part('analyser').last_error).toHaveLength(1000);
});
