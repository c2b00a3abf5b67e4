import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shared, sharedPath } from '../shared.ts';
import { runCli as halfspace } from './run-cli.ts';
import type { Ended } from './run-cli.ts';

const START_MS = Date.UTC(2026, 4, 4, 8);
const REFERENCE = { MINER_PROFILE: 'drain3', DETECTOR_PROFILE: 'reference' };

interface Row {
  timestamp: number;
  message: string;
  level: string;
  service?: string;
}

interface Annotation {
  fingerprint: string;
  template: string;
  template_id: number;
  hst_score: number;
  reasons: string[];
}

interface Told {
  timestamp: number;
  service: string;
  kind: string;
  reasons: string[];
  fingerprint: string;
  state: string;
  count?: number;
  id?: string;
  incident?: string;
}

/** Half an hour of a shop, and two minutes in which its database is away, long enough before the end to be over. */
function shop(): Row[] {
  const rows: Row[] = [];
  for (let second = 0; second < 1800; second++) {
    const timestamp = START_MS + second * 1000;
    rows.push({
      timestamp,
      service: 'orders',
      level: 'info',
      message: `order ${second + 1000} paid in ${second % 90} ms`,
    });
    if (second % 3 === 0)
      rows.push({ timestamp: timestamp + 500, level: 'info', message: `session of user${second} opened` });
    if (second >= 1000 && second < 1120)
      for (const step of [1, 2, 3])
        rows.push({
          timestamp: timestamp + step,
          service: 'orders',
          level: 'error',
          message: `connection to database lost, attempt ${step}`,
        });
  }
  return rows;
}

function ndjson(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function shuffled<T>(items: readonly T[]): T[] {
  // A step that shares no factor with the length visits every item once.
  return items.map((_, i) => items[(i * 7919) % items.length]!);
}

function lines<T>({ stdout, stderr, code }: Ended): T[] {
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

describe('halfspace on the command line', () => {
  let folder: string;
  const rows = shop();
  const file = (name: string) => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'halfspace-cli-'));
    writeFileSync(file('rows'), ndjson(rows));
    writeFileSync(file('rows.gz'), gzipSync(ndjson(rows)));
    writeFileSync(file('shuffled'), ndjson(shuffled(rows)));
    writeFileSync(file('healthy'), ndjson(rows.slice(0, 900)));
    writeFileSync(file('mixed'), `${ndjson(rows.slice(0, 5))}this is no JSON\n${ndjson(rows.slice(5, 10))}`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([{}, REFERENCE])(
    'annotate tells the final template of each row, in the order of the file: %j',
    async (env) => {
      const told = lines<Annotation>(await halfspace(['annotate', file('shuffled')], env));
      expect(told).toHaveLength(rows.length);
      const kinds = new Map<string, Set<string>>();
      shuffled(rows).forEach(({ message }, i) => {
        const kind = message.split(' ')[0]!;
        const { fingerprint, template, template_id } = told[i]!;
        kinds.set(kind, (kinds.get(kind) ?? new Set()).add(`${fingerprint} ${template_id} ${template}`));
      });
      expect([...kinds.keys()].toSorted()).toEqual(['connection', 'order', 'session']);
      expect([...kinds.values()].map(({ size }) => size)).toEqual([1, 1, 1]);
      expect(told[0]).toEqual({
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        template: expect.any(String),
        template_id: 1,
        hst_score: expect.any(Number),
        reasons: expect.any(Array),
      });
    },
  );

  test('annotate says the same of a row whatever the order of the file, packed or not, or through a pipe', async () => {
    const [plain, packed, piped, mixed] = await Promise.all([
      halfspace(['annotate', file('rows')]),
      halfspace(['annotate', file('rows.gz')]),
      halfspace(['annotate', '-'], {}, ndjson(rows)),
      halfspace(['annotate', file('shuffled')]),
    ]);
    expect(packed).toEqual(plain);
    expect(piped).toEqual(plain);
    const withoutId = (told: Annotation) => ({ ...told, template_id: undefined });
    expect(lines<Annotation>(mixed).map(withoutId)).toEqual(shuffled(lines<Annotation>(plain).map(withoutId)));
  });

  test.each([{}, REFERENCE])('detect tells the incident once it opens and once it is over: %j', async (env) => {
    const [told, again] = await Promise.all([
      halfspace(['detect', file('rows')], env),
      halfspace(['detect', file('shuffled')], env),
    ]);
    expect(again).toEqual(told);
    const all = lines<Told>(told);
    const times = all.map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const during = all.filter(({ timestamp, service }) => service === 'orders' && timestamp >= START_MS + 1_000_000);
    const [first] = during;
    expect(first).toMatchObject({ kind: 'anomaly', state: 'open' });
    expect(first!.timestamp).toBeLessThan(START_MS + 1_030_000);
    const incidents = during.filter(({ kind }) => kind === 'incident');
    expect(incidents.map(({ state }) => state)).toEqual(['open', 'resolved']);
    expect(new Set(incidents.map(({ id }) => id))).toEqual(new Set([first!.incident]));
  });

  test('rows to train on raise nothing, and what they hold is known', async () => {
    const detected = await halfspace(['detect', file('rows'), '--train', file('rows')], REFERENCE);
    expect(lines<Told>(detected).some(({ reasons }) => reasons.includes('new_template'))).toBe(false);
    const annotated = await halfspace(['annotate', file('healthy'), '--train', file('healthy')], REFERENCE);
    expect(lines<Annotation>(annotated)).toHaveLength(900);
  });

  test('lines that cannot be read are counted on standard error', async () => {
    const { code, stdout, stderr } = await halfspace(['annotate', file('mixed')]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(10);
    expect(stderr).toMatch(/mixed: 1 line is not JSON and was skipped: it is line 6: .+\n$/);
  });

  test.each([
    [['annotate'], {}, 2, /^annotate needs a file/],
    [['detect', '/no/such/file'], {}, 1, /^cannot read \/no\/such\/file: there is no such file/],
    [['detect', '-'], { HST_THRESHOLD: 'high' }, 2, /^HST_THRESHOLD is "?high/],
  ])('%j ends with a sentence', async (args, env, exit, sentence) => {
    const { code, stdout, stderr } = await halfspace(args, env);
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  test('a reader that has seen enough ends it quietly', async () => {
    const child = spawn(process.execPath, ['src/halfspace.ts', 'annotate', file('rows')]);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, stderr]).toEqual([0, '']);
  });

  test.skipIf(!shared)('a CSV file with a Content column is taken as it is', async () => {
    const told = lines<Annotation>(await halfspace(['annotate', sharedPath('data/loghub/Apache.csv')]));
    const records = readFileSync(sharedPath('data/loghub/Apache.csv'), 'utf8').trimEnd().split('\n').length - 1;
    expect(told).toHaveLength(records);
    expect(told[0]!.template).toContain('workerEnv.init() ok');
  });
});

describe('a file that has no lines', () => {
  test.each(['analyse', 'annotate', 'detect'])('ends %s with 1 and a sentence', async (command) => {
    const { code, stdout, stderr } = await halfspace([command, '-'], {}, 'BZh91AY&SY and so on');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^cannot read standard input: it is compressed by bzip2\. .*\(bzip2 -dc FILE \| halfspace analyse -\)/,
    );
  });

  test('is the one of two that compare names', async () => {
    const { code, stderr } = await halfspace(['compare', fileURLToPath(import.meta.url), process.execPath]);
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot read ${process.execPath}: it is a program (ELF)`);
  });
});
