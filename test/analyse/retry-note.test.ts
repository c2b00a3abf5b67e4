import { expect, test } from 'vitest';
import { JobControl } from '../../src/analyse/job-control.ts';

test('a retry reaches the other side of a job whole, once, until it is over', () => {
  const owner = new JobControl();
  const worker = new JobControl(owner.words);
  expect(owner.retry).toBeUndefined();
  worker.retrying({ problem: 'Loki: nöthing listens', attempt: 2, attemptsMax: 6, waitMs: 1500.2 });
  const first = owner.retry;
  expect(first).toEqual({ problem: 'Loki: nöthing listens', attempt: 2, attemptsMax: 6, waitMs: 1501 });
  expect(owner.retry).toBe(first);
  worker.retrying({ problem: 'x'.repeat(5000), attempt: 3, attemptsMax: 6, waitMs: 3000 });
  expect(owner.retry).toMatchObject({ attempt: 3, problem: 'x'.repeat(1024) });
  worker.retrying(undefined);
  expect(owner.retry).toBeUndefined();
  expect([owner.rows, owner.share, owner.hasBegun]).toEqual([0, 0, false]);
});
