import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelOfBytes, sniffLevel, sniffLevelOfText } from '../../src/domain/level-sniff.ts';
import { LEVELS, LEVEL_SPELLINGS, levelOfText } from '../../src/domain/level.ts';

const named = (text: string) => {
  const level = sniffLevelOfText(text);
  return level === undefined ? undefined : LEVELS[level];
};

describe('a level stated at the head of a message', () => {
  it.each([
    ['ERROR something broke', 'error'],
    ['2015-07-29 17:41:44,747 - WARN  [QuorumPeer[myid=1]] - x', 'warn'],
    ['081109 203615 148 INFO dfs.DataNode$PacketResponder: ok', 'info'],
    ['[Sun Dec 04 04:47:44 2005] [error] mod_jk child workerEnv in error state 6', 'error'],
    ['[Wed Oct 11 14:32:52.123 2023] [core:warn] [pid 35708] x', 'warn'],
    ['2024/01/01 00:00:00 [crit] 123#0: *1 open() failed', 'fatal'],
    ['[12:00:00 WRN] slow', 'warn'],
    ['[2024-01-01 00:00:00,000: ERROR/MainProcess] Task failed', 'error'],
    ['time="2024-01-01T00:00:00Z" level=error msg="x"', 'error'],
    ['ts=1 lvl="warning" msg=x', 'warn'],
    ['E0102 15:04:05.000000       1 server.go:12] boom', 'error'],
    ['<3>kernel: oops', 'error'],
    ['<134>Jan  1 00:00:00 host app: hello', 'info'],
    ['{"time":"2024-01-01T00:00:00.000Z","level":"error","msg":"x"}', 'error'],
    ['{"level":50,"msg":"x"}', 'error'],
    ['{"log.level": "warn","message":"no ERROR here"}', 'warn'],
    ['\u001b[31merror\u001b[39m: boom', 'error'],
    ['\u001b[90m3:04PM\u001b[0m \u001b[31mFTL\u001b[0m bye', 'fatal'],
    ['Error: x', 'error'],
    ['warning: unused variable', 'warn'],
    ['  DEBUG starting', 'debug'],
    ['[E 220101 12:00:00 app:1] boom', 'error'],
    ['[D] tick', 'debug'],
    ['|error|svc| x', 'error'],
  ])('%s', (text, level) => {
    expect(named(text)).toBe(level);
  });

  it.each([
    'authentication failure; logname= uid=0',
    'there was an error in the middle of a sentence',
    'failed with error: x',
    'no level=of this kind',
    'GET /fatal/ERROR.html 200',
    'MY_ERROR_CODE=7',
    'ERROR=5 is a variable',
    'E9999 is a part number',
    '<999>x',
    '<3 kernel',
    'water level=3',
    '{"message":"ERROR in a string","n":1}',
    '{"message":"[error] x"}',
    '[config] loaded',
    'Config: loaded',
    'errors: 3',
    '',
    '   ',
    `${'x'.repeat(200)} ERROR`,
  ])('is not seen in %j', (text) => {
    expect(named(text)).toBeUndefined();
  });

  it('is sought within the given range only, and never before it', () => {
    const bytes = new TextEncoder().encode('ERROR ok then WARN x');
    expect(sniffLevel(bytes, 6, 13)).toBeUndefined();
    expect(sniffLevel(bytes, 6, bytes.length)).toBe(3);
  });

  it('is an answer or none for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const level = sniffLevel(bytes, 0, bytes.length);
        expect(level === undefined || (level >= 0 && level <= 5)).toBe(true);
      }),
    );
  });
});

describe('the level of a spelling as bytes', () => {
  it('is that of the same text', () => {
    const spelling = fc
      .tuple(
        fc.constantFrom(...LEVEL_SPELLINGS.keys(), '30', '7', '99', '', 'x', 'warn9'),
        fc.constantFrom('', ' ', '2', '4', '5', '\t'),
        fc.boolean(),
      )
      .map(([word, suffix, upper]) => ` ${upper ? word.toUpperCase() : word}${suffix}`);
    fc.assert(
      fc.property(fc.oneof(spelling, fc.string({ unit: 'binary-ascii', maxLength: 20 })), (text) => {
        const bytes = new TextEncoder().encode(text);
        expect(levelOfBytes(bytes, 0, bytes.length)).toBe(levelOfText(text));
      }),
      { numRuns: 2000 },
    );
  });
});
