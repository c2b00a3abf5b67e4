import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';

import { RowSorter } from '../../src/analyse/row-sorter.ts';
import type { RowSorterOptions } from '../../src/analyse/row-sorter.ts';
import { LEVELS } from '../../src/domain/level.ts';
import type { LevelIndex } from '../../src/domain/level.ts';
import type { LogRow } from '../../src/domain/row.ts';
import { ServiceIndex } from '../../src/sources/service-index.ts';
import { packChunk } from './rows.ts';

const tempDir = mkdtempSync(join(tmpdir(), 'halfspace-sorter-test-'));
afterAll(() => rmSync(tempDir, { recursive: true }));

const tiny: RowSorterOptions = { budgetBytes: 1, runRowsMax: 3, tempDir };

const rows = fc.array(
  fc.record({
    timestamp: fc.oneof(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
      fc.constantFrom(0.5, -1, 253_402_300_799_999),
    ),
    message: fc.oneof(fc.constantFrom('', 'a', 'ab', 'b'), fc.string({ unit: 'grapheme' })),
    level: fc.constantFrom(...LEVELS),
    service: fc.constantFrom('cart', 'zürich', 'auth', '__proto__'),
  }),
  { maxLength: 60 },
);

describe('the row sorter', () => {
  test('gives rows back by time, service, message and level, in memory and spilled alike', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const expected = given.toSorted(compareRows);
        expect(sorted(given, {})).toEqual(expected);
        expect(sorted(given, tiny)).toEqual(expected);
        expect(sortedLent(given)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('merges many spilled runs of large messages', () => {
    const given = Array.from({ length: 40 }, (_, i) => row((i * 7919) % 41, `${i}`.padEnd(i % 3 === 0 ? 300_000 : 10)));
    expect(sorted(given, { budgetBytes: 600_000, tempDir })).toEqual(given.toSorted(compareRows));
  });

  test('leaves no temporary file behind, not even while it is open', () => {
    const { sorter } = filled([row(3, 'c'), row(2, 'b'), row(1, 'a'), row(0, 'd')], tiny);
    expect(sorter.spilledRuns).toBeGreaterThan(0);
    expect(readdirSync(tempDir)).toEqual([]);
    sorter.close();
    expect(readdirSync(tempDir)).toEqual([]);
  });

  test('says what to do when the temporary folder cannot be written', () => {
    const gone = { ...tiny, tempDir: join(tempDir, 'gone') };
    expect(() => filled([row(3, 'c'), row(2, 'b'), row(1, 'a'), row(0, 'd')], gone)).toThrow(/point TMPDIR elsewhere/);
  });

  test('cuts a message at 1 MiB without splitting a character, and counts it', () => {
    const long = `x${'ü'.repeat(1 << 19)}`;
    const { sorter, services } = filled([row(0, long)], {});
    expect(sorter.cutMessages).toBe(1);
    const [kept] = collect(sorter, services);
    expect(kept?.message).toBe(`x${'ü'.repeat((1 << 19) - 1)}`);
  });

  test('keeps only lent rows inside the window, its start included and its end not', () => {
    const services = new ServiceIndex();
    const sorter = new RowSorter(services);
    sorter.addLent(
      packChunk([row(9, 'before'), row(10, 'first'), row(19, 'last'), row(20, 'after')]),
      services.ofName('s'),
      10,
      20,
    );
    expect(collect(sorter, services).map(({ message }) => message)).toEqual(['first', 'last']);
  });
});

function row(timestamp: number, message: string): LogRow {
  return { timestamp, message, level: 'info', service: 's' };
}

function filled(given: LogRow[], options: RowSorterOptions) {
  const services = new ServiceIndex();
  const sorter = new RowSorter(services, options);
  for (const { timestamp, message, level, service } of given) {
    const bytes = Buffer.from(message);
    sorter.add(bytes, 0, bytes.length, timestamp, LEVELS.indexOf(level) as LevelIndex, services.ofName(service));
  }
  return { sorter, services };
}

function sorted(given: LogRow[], options: RowSorterOptions): LogRow[] {
  const { sorter, services } = filled(given, options);
  return collect(sorter, services);
}

function sortedLent(given: LogRow[]): LogRow[] {
  const services = new ServiceIndex();
  const sorter = new RowSorter(services, { runRowsMax: 7 });
  for (const service of new Set(given.map((one) => one.service))) {
    const own = given.filter((one) => one.service === service);
    sorter.addLent(packChunk(own), services.ofName(service), Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  }
  return collect(sorter, services);
}

function collect(sorter: RowSorter, services: ServiceIndex): LogRow[] {
  const result: LogRow[] = [];
  sorter.visit(({ bytes, messageStart, messageEnd, timestampMs, level, service }) => {
    const message = Buffer.from(bytes.slice(messageStart, messageEnd)).toString();
    result.push({ timestamp: timestampMs, message, level: LEVELS[level]!, service: services.names[service]! });
  });
  sorter.close();
  return result;
}

function compareRows(a: LogRow, b: LogRow): number {
  const byService = a.service < b.service ? -1 : Number(a.service > b.service);
  const byMessage = Buffer.compare(Buffer.from(a.message), Buffer.from(b.message));
  return a.timestamp - b.timestamp || byService || byMessage || LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level);
}
