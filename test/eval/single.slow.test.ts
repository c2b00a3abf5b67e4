import { describe, expect, test } from 'vitest';
import { checkClusters, checkStream } from './single/single-checks.ts';
import { singleStreams } from './single/single-streams.ts';

describe('the default detector raises the right episodes and no other:', () => {
  test.each(singleStreams())('$name', (stream) => {
    expect(checkStream(stream, 'default')).toMatchObject({ passed: true });
  });

  test('a healthy hour does not pass for one with episodes', () => {
    const [healthy, incident] = singleStreams();
    const wanted = { ...healthy!, expected: incident!.expected };
    expect(checkStream(wanted, 'default')).toMatchObject({ passed: false, got: '0 of them, 0 others' });
  });
});

test('windows count every row and answer the same bytes in any order, in both profiles', async () => {
  for (const profile of ['default', 'reference'] as const) {
    expect((await checkClusters(profile)).filter(({ passed }) => !passed)).toEqual([]);
  }
});
