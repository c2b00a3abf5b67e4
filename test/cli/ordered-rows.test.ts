import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { orderedRows } from '../../src/cli/ordered-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'halfspace-ordered-'));
afterAll(() => rmSync(folder, { recursive: true }));

const decoder = new TextDecoder();

async function visited(text: string): Promise<[number, number, string, string][]> {
  const path = join(folder, 'rows');
  writeFileSync(path, text);
  const rows = await orderedRows({ path, servicesMax: 10 });
  const seen: [number, number, string, string][] = [];
  rows.visit(({ number, timestampMs, service, bytes, start, end }) => {
    seen.push([number, timestampMs, service, decoder.decode(bytes.subarray(start, end))]);
  });
  rows.close();
  expect(seen).toHaveLength(rows.count);
  return seen;
}

function json(rows: readonly [number, string, string][]): string {
  return rows.map(([timestamp, service, message]) => `${JSON.stringify({ timestamp, service, message })}\n`).join('');
}

describe('rows of a file', () => {
  test('come by time, service and message, each with its place in the file', async () => {
    const at = 1_700_000_000_000;
    const rows: [number, string, string][] = [
      [at + 1, 'b', 'last'],
      [at, 'b', 'ab'],
      [at, 'b', 'a'],
      [at, 'b', ' '],
      [at, 'a', 'z'],
      [at, 'b', 'a'],
    ];
    expect(await visited(json(rows))).toEqual([
      [4, at, 'a', 'z'],
      [3, at, 'b', ' '],
      [2, at, 'b', 'a'],
      [5, at, 'b', 'a'],
      [1, at, 'b', 'ab'],
      [0, at + 1, 'b', 'last'],
    ]);
  });

  test('keep the order of the file where none says a time', async () => {
    const seen = await visited('zebra\nant\nmoose\nant\n');
    expect(seen.map(([number, , , message]) => [number, message])).toEqual([
      [0, 'zebra'],
      [1, 'ant'],
      [2, 'moose'],
      [3, 'ant'],
    ]);
  });

  test('have their place in the file also when they are as long as rows may be', async () => {
    const at = 1_700_000_000_000;
    const long = 'é'.repeat(600_000);
    const seen = await visited(
      `${json([[at, 'a', 'short']])}${at} ${long}\n${json([[at, 'a', long.slice(0, 524_200)]])}`,
    );
    expect(seen.map(([number]) => number).toSorted((a, b) => a - b)).toEqual(seen.map((_, i) => i));
    expect(seen.every(([, , , message]) => !message.includes('\0') && !message.includes('\uFFFD'))).toBe(true);
  });
});
