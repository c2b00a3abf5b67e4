import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MASKED, line, scanLine } from '../../../src/mine/drain3/scan-line.ts';
import { keyBytes } from '../../../src/mine/keyed/key-bytes.ts';
import { scanMessage } from '../../../src/mine/keyed/scan-message.ts';
import { shapeSql } from '../../../src/sources/clickhouse/shape-sql.ts';
import { clickHousePart, startClickHouse } from '../../parts/clickhouse.ts';
import type { ClickHouse } from '../../parts/clickhouse.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS, maskBait } from '../../mine/drain3/lines.ts';
import { keyBait } from '../../mine/keyed/keyed-lines.ts';
import { seededRandom } from '../../bench/seeded-random.ts';

const { path } = await clickHousePart();
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HEX = '0123456789abcdefABCDEF';

/** All that the keyed miner goes by. */
function keyOf(text: string): string {
  const bytes = encoder.encode(text);
  scanMessage(bytes, 0, bytes.length);
  return decoder.decode(keyBytes(bytes));
}

/** All that Drain goes by. */
function tokensOf(text: string): string {
  const bytes = encoder.encode(text);
  scanLine(bytes, 0, bytes.length);
  return Array.from({ length: line.tokens }, (_, i) => {
    const source = line.flags[i]! & MASKED ? line.masked : bytes;
    return decoder.decode(source.slice(line.start[i], line.end[i]));
  }).join(' ');
}

/** The line with other digits, of other numbers too, and with other hex digits. */
function varied(text: string, seed: number): string {
  const below = seededRandom(seed);
  const digit = () => String(below(10));
  const hex = text.replaceAll(/[\da-fA-F]{2,}/g, (run) =>
    below(2) === 0 ? run : Array.from({ length: run.length + below(3) - 1 }, () => HEX[below(HEX.length)]).join(''),
  );
  return hex.replaceAll(/\d+/g, (run) =>
    Array.from({ length: below(2) === 0 ? run.length : 1 + below(6) }, digit).join(''),
  );
}

const quoted = keyBait.map((text) => JSON.stringify(text));
const jsonLine = fc
  .array(fc.tuple(fc.constantFrom('a1', 'msg', 'message', '5', '12', 'k 1', 'b2c3d4', 'x'), quoted), {
    minLength: 1,
    maxLength: 4,
  })
  .map((fields) => `{${fields.map(([name, value]) => `"${name}": ${value}`).join(', ')}}`);
const pairsLine = fc
  .array(
    fc.tuple(
      fc.constantFrom('a1', 'msg', '5', 't', '5a', 'b2c3d4', 'x.1'),
      fc.oneof(
        keyBait.map((text) => text.replaceAll(' ', '')),
        quoted,
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join(' '));

const twoBaits = fc.tuple(keyBait, keyBait).map((texts) => texts.join(' '));

/** Lines of every kind, each with variants in its digits, and some with more lines behind them. */
function linesOf(seed: number, count: number): string[] {
  const lines = [keyBait, maskBait, jsonLine, pairsLine, twoBaits].flatMap((kind) =>
    fc.sample(kind, { numRuns: count, seed }),
  );
  if (shared) lines.push(...LOGHUB_SETS.flatMap(loghubContents));
  return lines.flatMap((text, i) => {
    const own = text.toWellFormed();
    const all = [own, varied(own, i + 1), varied(own, i + 77_777)];
    if (i % 5 === 0) all.push(`${own}\nsecond ${i}`, `${varied(own, i)}\n${own}`, `  ${own}`, `\u00a0\n${own}`);
    return all;
  });
}

describe.skipIf(path === undefined)('the shape of a message in SQL', () => {
  let server: ClickHouse;
  beforeAll(async () => {
    server = await startClickHouse(path ?? '', 'secret');
  }, 60_000);
  afterAll(() => server.stop());

  it.each([
    ['default', keyOf],
    ['drain3', tokensOf],
  ] as const)('is the same only for messages that the miner cannot tell apart: %s', async (profile, seen) => {
    const lines = linesOf(42, 4000);
    const table = `shapes_${profile}`;
    await server.run(`CREATE TABLE ${table} (i UInt32, message String) ENGINE = Memory`);
    await server.insert(
      table,
      lines.map((message, i) => ({ i, message })),
    );
    const rows = await server.query(`SELECT i, ${shapeSql('message', profile)} AS shape FROM ${table}`);
    const kinds = new Map<string, string>();
    const unlike: string[][] = [];
    let pairs = 0;
    for (const { i, shape } of rows as { i: number; shape: string }[]) {
      const own = seen(lines[i]!);
      const known = kinds.get(shape) ?? own;
      if (kinds.has(shape)) pairs++;
      kinds.set(shape, known);
      if (known !== own) unlike.push([lines[i]!, own, known]);
    }
    expect(unlike).toEqual([]);
    expect(rows).toHaveLength(lines.length);
    expect(pairs).toBeGreaterThan(lines.length / 5);
  });

  it.each([
    ['took 15ms', 'took 9ms'],
    ['from 10.0.0.7:4711 port 22', 'from 192.168.13.1:80 port 65535'],
    ['[2026-11-20 08:00:00] block blk_-6952295868487656571 of 7', '[1999-01-01 23:59:59] block blk_-381 of 12345'],
    ['{"ts":1795161600,"msg":"took 5 ms"}', '{"ts":1795161999,"msg":"took 4999 ms"}'],
    ['boom at 0x1f2e3d\n  at a.ts:7', 'boom at 0x99aabb\n  at b.ts:9\n  at c.ts:1'],
  ])('is one for messages that differ in what says nothing: %j', async (one, other) => {
    const sql = `SELECT ${shapeSql('m', 'default')} AS shape FROM (SELECT arrayJoin([{one:String}, {other:String}]) AS m)`;
    const [a, b] = await server.query(sql, { one, other });
    expect(a).toEqual(b);
  });
});
