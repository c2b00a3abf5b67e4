import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createDeflate, createGzip, createZstdCompress, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { MIB, PROTOBUF, send, startReceiver } from './http-harness.ts';
import { peakMemoryGrowth } from './peak-memory.ts';

const GIB_IN_MIB = 1024;
const AT_ONCE = 50;

function* zeros(mebibytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(MIB);
  for (let sent = 0; sent < mebibytes; sent++) yield piece;
}

/** 1 GiB of zeros. */
function packed(through: NodeJS.ReadWriteStream): Promise<Buffer> {
  return buffer(Readable.from(zeros(GIB_IN_MIB)).pipe(through));
}

const member = gzipSync(Buffer.alloc(64 * MIB - 1));
const BOMBS: [name: string, encoding: string, make: () => Promise<Buffer>][] = [
  ['gzip', 'gzip', () => packed(createGzip())],
  ['zstd', 'zstd', () => packed(createZstdCompress())],
  ['deflate', 'deflate', () => packed(createDeflate())],
  ['multi-member gzip', 'gzip', () => Promise.resolve(Buffer.concat(Array.from({ length: 17 }, () => member)))],
];

test.each(BOMBS)(
  'S7: 50 parallel 1 GiB bombs of %s are 413 each, cost less than 256 MiB and less than 1 s each, answers after them are right',
  async (_, encoding, make) => {
    const bomb = await make();
    const { url, budget, accepted } = await startReceiver();
    const headers = { 'content-type': PROTOBUF, 'content-encoding': encoding };
    const statuses: number[] = [];
    const before = performance.now();
    const growth = await peakMemoryGrowth(async () => {
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => statuses.push((await send(url, bomb, { headers })).status)),
      );
    });
    expect((performance.now() - before) / AT_ONCE).toBeLessThan(1000);
    expect(statuses).toEqual(Array.from({ length: AT_ONCE }, () => 413));
    expect(growth).toBeLessThan(256 * MIB);
    expect(budget.bytesUsed).toBe(0);
    expect((await send(url, 'after')).status).toBe(200);
    expect(accepted).toHaveLength(1);
  },
  60_000,
);

test('S7: a bomb within a gzip body is inflated once and stays packed', async () => {
  const bomb = gzipSync(gzipSync(Buffer.alloc(256 * MIB)));
  const { url, accepted } = await startReceiver();
  const headers = { 'content-type': PROTOBUF, 'content-encoding': 'gzip' };
  const growth = await peakMemoryGrowth(async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, () => send(url, bomb, { headers })));
  });
  expect(growth).toBeLessThan(256 * MIB);
  for (const bytes of accepted) expect(bytes.byteLength).toBeLessThan(MIB);
  expect(accepted).toHaveLength(AT_ONCE);
});
