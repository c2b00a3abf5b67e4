import { readdirSync, renameSync, writeFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { answerByCounting } from '../../../src/analyse/count/answer-by-counting.ts';
import { OPEN_FILES_MAX } from '../../../src/analyse/count/count-files.ts';
import { GROUPS_MAX } from '../../../src/analyse/count/assembly/layout.ts';
import { UNWATCHED } from '../../../src/analyse/load-rows.ts';
import type { FileJob } from '../../../src/analyse/load-rows.ts';
import { LEVELS } from '../../../src/domain/level.ts';
import type { LogRow } from '../../../src/domain/row.ts';
import { ANALYSE_OPTIONS } from '../windows.ts';
import { byRows, expectSame, line, names, ndjson, orders, scratchFolder } from './counted-files.ts';

const { folder, fileOf } = scratchFolder();

describe('a window whose rows are counted as they are read', () => {
  test('is answered as if they had been kept, to the byte, whatever the records look like', async () => {
    const window = fc.constantFrom({}, { startMs: 1_769_846_410_000, endMs: 1_769_846_430_000 }, { service: 'named' });
    const bounds = fc.constantFrom({}, {}, { servicesMax: 3 }, { miner: { simTh: 0.4, maxTemplates: 4 } });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 60 }), window, bounds, async (lines, window, changed) => {
        const path = fileOf(`{"timestamp":1769846400000,"level":"info","message":"begin"}\n${lines.join('\n')}`);
        const job: FileJob = { source: 'file', path, format: 'json', ...window };
        const options = { ...ANALYSE_OPTIONS, ...changed };
        const counted = JSON.stringify(await answerByCounting(job, options, UNWATCHED));
        const expected = JSON.stringify(await byRows(job, options));
        // Too many services or templates: the rows are needed.
        expect(Object.keys(changed).length === 0 ? [expected] : [expected, undefined]).toContain(counted);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test('may come in any order, from several files, as JSON and as text', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      timestamp: 1_769_846_400_000 + ((i * 7919) % 3000) * 900,
      level: LEVELS[i % 6]!,
      service: `service-${i % 3}`,
      message: `order ${i} of ${names[i % 13]} took ${i % 90}ms`,
    }));
    const text = rows.map((row) => `${new Date(row.timestamp).toISOString()} ${row.level} ${row.message}\n`).join('');
    const [path, more] = [fileOf(ndjson(rows)), fileOf(text)];
    expect(await expectSame({ source: 'file', path, morePaths: [more] }, 2)).toBeDefined();
  });

  test('is read row by row when it has more kinds of lines than have a place', { timeout: 120_000 }, async () => {
    const word = (i: number) => i.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!);
    const linesOf = (count: number) =>
      Array.from({ length: count }, (_, i) => ({
        timestamp: 1_769_846_400_000 + i,
        level: 'info' as const,
        service: `service-${i % 100}`,
        message: `${word(i)} of ${word(count - i)} is here`,
      }));
    const ask = (rows: LogRow[]) =>
      answerByCounting({ source: 'file', path: fileOf(ndjson(rows)) }, ANALYSE_OPTIONS, UNWATCHED);
    expect((await ask(linesOf(5000)))?.analysis.log_count).toBe(5000);
    expect(await ask(linesOf(GROUPS_MAX + 5000))).toBeUndefined();
  });

  test('is read row by row where a part begins with rows that say no time', async () => {
    const timed = `${JSON.stringify({ timestamp: 1_769_846_400_000, level: 'info', message: 'a 1' })}\n`;
    const untimed = `${JSON.stringify({ level: 'info', message: 'b 2' })}\n`;
    const job: FileJob = { source: 'file', path: fileOf(timed + untimed.repeat(50)) };
    expect(await expectSame(job, 2)).toBeUndefined();
  });

  test('is left to whoever reads row by row when a file is packed, of a container, gone or no file', async () => {
    const cri = fileOf('2026-01-31T08:00:07.123456789Z stdout F hello 7\n'.repeat(10));
    const array = fileOf('[{"message":"a 1"},{"message":"b 2"}]');
    const packed = join(folder, 'packed');
    writeFileSync(packed, Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x0a));
    for (const path of [cri, array, packed, folder, join(folder, 'gone')])
      expect(await answerByCounting({ source: 'file', path }, ANALYSE_OPTIONS, UNWATCHED)).toBeUndefined();
  });

  test('ends with what its caller throws, and tells when it has read all', async () => {
    const job: FileJob = { source: 'file', path: fileOf(ndjson(orders(4000))) };
    const options = { ...ANALYSE_OPTIONS, readThreads: 2 };
    const division = { partBytes: 20_000, threadBytesMin: 1 };
    const told: string[] = [];
    const watch = { ...UNWATCHED, tick: () => told.push('tick'), allRead: () => told.push('all read') };
    await answerByCounting(job, options, watch, division);
    expect(told.filter((what) => what !== 'tick')).toEqual(['all read']);
    expect(told.at(-1)).toBe('tick');
    const stopped = new Error('enough');
    for (const ticks of [2, 5]) {
      let left = ticks;
      const tick = () => {
        if (--left === 0) throw stopped;
      };
      await expect(answerByCounting(job, options, { ...UNWATCHED, tick }, division)).rejects.toBe(stopped);
    }
  });

  test('bad lines of one file say nothing of an empty one', async () => {
    const good = JSON.stringify({ timestamp: 1_769_846_400_000, level: 'info', message: 'a 1' });
    const job: FileJob = { source: 'file', path: fileOf(`${good}\nnot JSON\n${good}\n`), morePaths: [fileOf('')] };
    expect(await expectSame(job, 2)).toBeDefined();
  });

  test('reads a file to its end that is moved away meanwhile, as logs are', async () => {
    const rows = orders(4000);
    const path = fileOf(ndjson(rows));
    let ticks = 0;
    const tick = () => {
      if (++ticks !== 3) return;
      renameSync(path, `${path}.1`);
      writeFileSync(path, ndjson(rows.slice(0, 7)));
    };
    const division = { partBytes: 20_000, threadBytesMin: 1 };
    const options = { ...ANALYSE_OPTIONS, readThreads: 2 };
    const counted = await answerByCounting({ source: 'file', path }, options, { ...UNWATCHED, tick }, division);
    expect(counted?.analysis.log_count).toBe(4000);
  });

  test('holds some files open, and reads more than those all the same', async () => {
    const paths = Array.from({ length: OPEN_FILES_MAX + 6 }, (_, i) => fileOf(ndjson(orders(i + 1))));
    // Of these files alone: threads of other tests may still be ending.
    const held = () => readdirSync('/proc/self/fd').filter((fd) => paths.includes(targetOf(fd))).length;
    const job: FileJob = { source: 'file', path: paths[0]!, morePaths: paths.slice(1) };
    const before = held();
    let most = 0;
    const tick = () => (most = Math.max(most, held()));
    const counted = await answerByCounting(job, ANALYSE_OPTIONS, { ...UNWATCHED, tick });
    expect(counted?.analysis.log_count).toBe((paths.length * (paths.length + 1)) / 2);
    expect(most - before).toBeGreaterThanOrEqual(OPEN_FILES_MAX);
    expect(most - before).toBeLessThanOrEqual(OPEN_FILES_MAX + 2);
    expect(held()).toBe(before);
  });
});

/** Of a descriptor; none where it was closed meanwhile. */
function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
