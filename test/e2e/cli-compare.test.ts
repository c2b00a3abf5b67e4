import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/domain/comparison.ts';
import { runCli } from './run-cli.ts';

const START_MS = Date.UTC(2026, 4, 4, 8);

/** Lines of some minutes, each kind so many times a minute, evenly. */
function logText(minutes: number, kinds: Record<string, number>, isTimed = true): string {
  const lines = Object.entries(kinds).flatMap(([kind, perMinute]) =>
    Array.from({ length: perMinute * minutes }, (_, i) => {
      const ms = START_MS + Math.floor((i * 60_000) / perMinute);
      return { ms, line: `${isTimed ? `${new Date(ms).toISOString()} ` : ''}${kind.replace('#', String(i))}\n` };
    }),
  );
  return lines
    .toSorted((a, b) => a.ms - b.ms)
    .map(({ line }) => line)
    .join('');
}

const BEFORE = { 'INFO order # placed': 20, 'INFO cache of # warm': 6, 'WARN retry # of mail': 4, 'DEBUG ping #': 3 };
const AFTER = {
  'INFO order # placed': 20,
  'INFO cache of # warm': 6,
  'WARN retry # of mail': 16,
  'ERROR # is lost': 1,
};

describe('halfspace compare', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'halfspace-compare-'));
    writeFileSync(file('before.log'), logText(60, BEFORE));
    writeFileSync(file('after.log'), logText(20, AFTER));
    writeFileSync(file('untimed-before.log'), logText(60, BEFORE, false));
    writeFileSync(file('untimed-after.log'), logText(20, AFTER, false));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const changes = ({ templates }: Comparison) =>
    Object.fromEntries(templates.map(({ template, change }) => [template, change]));
  const EXPECTED = {
    '<*> is lost': 'new',
    'ping <*>': 'gone',
    'retry <*> of mail': 'more',
    'cache of <*> warm': 'same',
    'order <*> placed': 'same',
  };

  test('tells what has changed by rates, though the files are not of one length', async () => {
    const { code, stdout, stderr } = await runCli(['compare', '--json', file('before.log'), file('after.log')]);
    expect([code, stderr]).toEqual([0, '']);
    const answer = JSON.parse(stdout) as Comparison & { a: object; b: object };
    expect(answer).toMatchObject({ a: { log_count: 1980 }, b: { log_count: 860 } });
    expect(changes(answer)).toEqual(EXPECTED);
    expect(answer.templates.find(({ change }) => change === 'more')!.ratio).toBeCloseTo(4, 0);
  });

  test('goes by shares where no row says its time', async () => {
    const { code, stdout, stderr } = await runCli([
      'compare',
      '--json',
      file('untimed-before.log'),
      file('untimed-after.log'),
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/untimed-before\.log: no row says its time/);
    // Without a time before it, the level is a word of the line.
    const withLevels = Object.entries(changes(JSON.parse(stdout) as Comparison));
    const without = withLevels.map(([template, change]) => [template.replace(/^[A-Z]+ /, ''), change]);
    expect(Object.fromEntries(without)).toEqual(EXPECTED);
  });

  test('shows it in words and on the map', async () => {
    const { stdout } = await runCli(['compare', file('before.log'), '-'], {}, readFileSync(file('after.log'), 'utf8'));
    expect(stdout).toMatch(
      /^A \S+before\.log: 1,980 lines, 2026-05-04 08:00:00 to .* UTC\nB standard input: 860 lines/,
    );
    expect(stdout).toContain('5 templates: 1 new, 1 gone, 1 more frequent, 0 less frequent, 2 the same\n');
    expect(stdout).toMatch(/New\n.*\n\+ +0 +20 +error +<\*> is lost\n/);
    expect(stdout).toMatch(/More frequent\n.*\n▲ +240 +320 +×4\.0 +warn +retry <\*> of mail\n/);
    expect(stdout.slice(stdout.indexOf('Map'))).toMatch(/│[^]*\+[^]*│\n└─+┘\n/);
    const back = await runCli(['compare', file('after.log'), file('before.log')]);
    expect(back.stdout).toMatch(/Less frequent\n.*\n▼ +320 +240 +÷4\.0 +warn /);
  });

  test('writes NDJSON and CSV', async () => {
    const [ndjson, csv] = await Promise.all(
      ['--ndjson', '--csv'].map((form) => runCli(['compare', form, file('before.log'), file('after.log')])),
    );
    const templates = ndjson!.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Comparison['templates'][number]);
    const rows = parse<Record<string, string>>(csv!.stdout, { columns: true });
    expect(rows.map(({ change, template, ratio }) => [change, template, ratio])).toEqual(
      templates.map(({ change, template, ratio }) => [change, template, ratio === null ? '' : String(ratio)]),
    );
  });

  const ends: [string[], number, RegExp][] = [
    [['before.log', 'after.log', '--fail-on-anomaly'], 3, /^$/],
    [['before.log', 'before.log', '--fail-on-anomaly'], 0, /^$/],
    [['before.log'], 2, /^missing required argument 'b'/],
    [['-', '-'], 2, /^only one of the two files can be standard input$/],
    [['before.log', 'none.log'], 1, /^cannot read \S+none\.log: there is no such file/],
    [['1h', '1h', '--source', 'loki'], 2, /^a and b begin at the same time/],
    [['24h', '1h', '--source', 'loki'], 2, /^Loki is not configured: set LOKI_URL$/],
  ];
  test.each(ends)('%j ends with %i', async (args, exit, sentence) => {
    const { code, stderr } = await runCli(['compare', ...args.map((arg) => (arg.endsWith('.log') ? file(arg) : arg))]);
    expect(code).toBe(exit);
    expect(stderr.trimEnd()).toMatch(sentence);
  });
});
