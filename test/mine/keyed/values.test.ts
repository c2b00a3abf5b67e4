import { describe, expect, it } from 'vitest';
import { keyedMiner, mineText } from './keyed-lines.ts';

function texts(lines: readonly string[]): string[] {
  const miner = keyedMiner();
  for (const line of lines) mineText(miner, line);
  return miner.templates().map((template) => template.text);
}

const FOUR_VALUES = 'to x, server: <*>, host "<*>" uid=<*> gid=<*>';

describe('one template of the default miner', () => {
  it.each([
    ['switches', 'PSU status ( on off )', 'PSU status ( off off )', 'PSU status ( <*> <*> )'],
    ['switches', '(using password: YES)', '(using password: no)', '(using password: <*>)'],
    ['absent values', 'to x, server: _, host "-" uid=- gid=1', 'to x, server: 7, host "9" uid=0 gid=1', FOUR_VALUES],
    ['microseconds', 'took 12µs of time', 'took 12ms of time', 'took <*> of time'],
    ['microseconds', 'took 1.5μs', 'took 3s', 'took <*>'],
    ['sizes', 'close, 451 bytes sent', 'close, 1245 bytes (1.21 KB) sent', 'close, <*> bytes sent'],
    ['durations', 'up for 1 second now', 'up for 15 seconds now', 'up for <*> second now'],
  ])('stands for %s: %s', (_, first, second, text) => {
    expect(texts([first, second])).toEqual([text]);
  });

  it.each([
    ['Screen on', 'Screen off'],
    ['turned on port 3', 'turned off port 3'],
    ['a - b', 'a 1 b'],
  ])('is not for %s and %s', (first, second) => expect(texts([first, second])).toHaveLength(2));
});
