import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { AnalyserError, createAnalyser } from '../../src/analyse/analyser.ts';
import type { AnalyserOptions } from '../../src/analyse/analyser.ts';
import type { PackedBatch } from '../../src/analyse/row-slices.ts';
import { PackedRowReader } from '../../src/domain/packed-rows.ts';
import type { LogRow } from '../../src/domain/row.ts';
import { SourceError } from '../../src/sources/source-error.ts';
import { shared, sharedPath } from '../shared.ts';
import { manyRows, packRows, shuffled } from './rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'halfspace-analyser-test-'));
const options: AnalyserOptions = { threads: 1, miner: { simTh: 0.4, maxTemplates: 2000 }, contamination: 0.1 };
const analyser = createAnalyser(options);
const pair = createAnalyser({ ...options, threads: 2, budgetBytes: 1, runRowsMax: 500, tempDir: folder });
afterAll(async () => {
  await Promise.all([analyser.close(), pair.close()]);
  rmSync(folder, { recursive: true });
});

const rows = manyRows(3000);

function file(name: string, given: LogRow[]): string {
  const path = join(folder, name);
  writeFileSync(path, given.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

describe('an analysis in a worker', () => {
  test('is the same byte for byte from a file, from rows and from packed rows, in any order, spilled or not', async () => {
    const { file: _, pull: __, ...expected } = await analyser.analyse({ source: 'rows', rows });
    expect(expected).toMatchObject({ log_count: 3000, truncated: false });
    expect(expected.clusters).toHaveLength(expected.cluster_count);
    const other = shuffled(rows);
    const answers = await Promise.all([
      pair.analyse({ source: 'rows', rows: other }),
      pair.analyse({ source: 'file', path: file('ordered', rows) }),
      pair.analyse({ source: 'file', path: file('shuffled', other) }),
      analyser.analyse({ source: 'file', path: file('again', other) }),
      analyser.analyse({ source: 'packed', services: packRows(other), startMs: 0, endMs: Infinity }),
    ]);
    for (const { file: _read, ...answer } of answers) expect(JSON.stringify(answer)).toBe(JSON.stringify(expected));
  });

  test('counts every row in exactly one cluster and level', async () => {
    const { clusters, log_count } = await analyser.analyse({ source: 'rows', rows });
    const sum = (numbers: number[]) => numbers.reduce((total, next) => total + next, 0);
    expect(sum(clusters.map(({ logCount }) => logCount))).toBe(log_count);
    for (const { logCount, levels, logs, firstSeen, lastSeen, service } of clusters) {
      expect(sum(Object.values(levels))).toBe(logCount);
      expect(logs).toHaveLength(Math.min(10, logCount));
      expect(logs[0]?.timestamp).toBe(firstSeen);
      expect(logs.every((log) => log.timestamp <= lastSeen && log.service === service)).toBe(true);
    }
    expect(new Set(clusters.map(({ fingerprint }) => fingerprint)).size).toBe(clusters.length);
  });

  test('takes the rows of packed chunks from the start of the window up to its end', async () => {
    const startMs = rows[1000]!.timestamp;
    const endMs = rows[2000]!.timestamp;
    const { log_count } = await analyser.analyse({ source: 'packed', services: packRows(rows), startMs, endMs });
    expect(log_count).toBe(rows.filter(({ timestamp }) => timestamp >= startMs && timestamp < endMs).length);
  });

  test('of nothing is empty', async () => {
    const empty = { log_count: 0, cluster_count: 0, truncated: false, clusters: [] };
    expect(await analyser.analyse({ source: 'rows', rows: [] })).toMatchObject(empty);
    expect(await analyser.analyse({ source: 'packed', services: [], startMs: 0, endMs: 1 })).toMatchObject(empty);
  });

  test('says what reading the file met', async () => {
    const path = join(folder, 'bad');
    writeFileSync(path, '{"msg":"a"}\nnonsense\n');
    const { file: met } = await analyser.analyse({ source: 'file', path });
    expect(met).toMatchObject({ format: 'json-lines', badLines: 1, untimedRows: 1 });
  });

  test('passes on why a file cannot be read', async () => {
    const failure = analyser.analyse({ source: 'file', path: join(folder, 'missing') });
    await expect(failure).rejects.toBeInstanceOf(SourceError);
    await expect(failure).rejects.toMatchObject({ code: 'source_not_found' });
  });

  test('leaves no temporary file', async () => {
    await pair.analyse({ source: 'rows', rows });
    expect(readdirSync(folder).filter((name) => name.startsWith('halfspace-'))).toEqual([]);
  });

  test.skipIf(!shared).each(['Apache', 'HDFS', 'OpenSSH', 'Zookeeper'])('of LogHub %s adds up', async (name) => {
    const { clusters, log_count } = await analyser.analyse({
      source: 'file',
      path: sharedPath(`data/loghub/${name}.csv`),
    });
    expect(log_count).toBe(2000);
    expect(clusters.reduce((total, { logCount }) => total + logCount, 0)).toBe(2000);
  });
});

describe('a stream of rows', () => {
  test('has them sorted, in slices of at most 1,000', async () => {
    const slices: PackedBatch[] = [];
    for await (const slice of analyser.streamRows({ source: 'rows', rows: shuffled(rows) })) slices.push(slice);
    expect(slices.map((slice) => unpack(slice).length)).toEqual([1000, 1000, 1000]);
    const times = slices.flatMap(unpack).map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(shuffled(slices.flatMap(unpack)).length).toBe(rows.length);
    expect(new Set(slices.flatMap(unpack).map((row) => JSON.stringify(row)))).toEqual(
      new Set(rows.map((row) => JSON.stringify(row))),
    );
  });

  test('waits for its reader and ends when the reader does', async () => {
    const many = manyRows(20_000);
    let slices = 0;
    for await (const _ of analyser.streamRows({ source: 'rows', rows: many })) {
      if (++slices === 2) break;
    }
    expect(slices).toBe(2);
    // Only once the worker has let go of that job can it take this one.
    expect(await analyser.analyse({ source: 'rows', rows: [] })).toMatchObject({ log_count: 0 });
    expect(analyser.jobs).toBe(0);
  });

  test('of nothing ends at once, and passes on a failure', async () => {
    const slices: PackedBatch[] = [];
    for await (const slice of analyser.streamRows({ source: 'rows', rows: [] })) slices.push(slice);
    expect(slices).toEqual([]);
    const failing = analyser.streamRows({ source: 'file', path: join(folder, 'missing') });
    await expect(failing.next()).rejects.toMatchObject({ code: 'source_not_found' });
  });
});

describe('the analyser', () => {
  test('gives up a job when its signal says so, running or not yet begun', async () => {
    const own = createAnalyser(options);
    const reason = new Error('enough');
    await expect(own.analyse({ source: 'rows', rows }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const abort = new AbortController();
    const running = own.analyse({ source: 'file', path: file('long', manyRows(50_000)) }, { signal: abort.signal });
    abort.abort(reason);
    await expect(running).rejects.toBe(reason);
    const stream = own.streamRows({ source: 'rows', rows: manyRows(20_000) }, { signal: abort.signal });
    await expect(stream.next()).rejects.toBe(reason);
    expect(own.jobs).toBe(0);
    await own.close();
  });

  test('refuses jobs beyond its queue, and all once it is closed', async () => {
    const own = createAnalyser({ ...options, queueMax: 1 });
    const job = { source: 'rows', rows } as const;
    const accepted = [own.analyse(job), own.analyse(job)];
    await expect(own.analyse(job)).rejects.toMatchObject({ code: 'busy' });
    await Promise.all(accepted);
    await own.close();
    await expect(own.analyse(job)).rejects.toMatchObject({ code: 'closed' });
    await expect(own.analyse(job)).rejects.toBeInstanceOf(AnalyserError);
  });

  test('closes although jobs are running', async () => {
    const own = createAnalyser(options);
    const running = own.analyse({ source: 'file', path: file('longer', manyRows(50_000)) });
    const failure = running.catch((error: unknown) => error);
    await own.close();
    expect(await failure).toMatchObject({ code: 'closed' });
  });
});

function unpack(slice: PackedBatch): LogRow[] {
  return slice.flatMap(({ service, bytes }) => {
    const reader = new PackedRowReader(bytes);
    const unpacked: LogRow[] = [];
    while (reader.next()) unpacked.push(reader.row(service));
    return unpacked;
  });
}
