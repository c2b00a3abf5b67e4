import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ByteBudget } from '../../src/receive/byte-budget.ts';
import { ExportError } from '../../src/receive/export-error.ts';
import { inflate, type Encoding } from '../../src/receive/inflate.ts';

const MIB = 1 << 20;
const SENT = Buffer.from('a log line 0123456789\n'.repeat(5000));
const CASES: [string, Encoding, (bytes: Buffer) => Buffer][] = [
  ['gzip', 'gzip', (bytes) => gzipSync(bytes)],
  ['deflate with its zlib header', 'deflate', (bytes) => deflateSync(bytes)],
  ['deflate without a header', 'deflate', (bytes) => deflateRawSync(bytes)],
  ['zstd', 'zstd', (bytes) => zstdCompressSync(bytes)],
];

async function refusal(attempt: () => Promise<Uint8Array> | Uint8Array): Promise<ExportError> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof ExportError) return error;
    throw error;
  }
  throw new Error('not refused');
}

test.each(CASES)(
  '%s is inflated, small on the spot and large in turn, and the budget holds the result',
  async (_, encoding, pack) => {
    for (const bytes of [Buffer.from('x'), SENT, Buffer.alloc(5 * MIB, SENT)]) {
      const budget = new ByteBudget(16 * MIB);
      const inflated = await inflate(pack(bytes), encoding, 8 * MIB, budget);
      expect(bytes.equals(inflated)).toBe(true);
      expect(budget.bytesUsed).toBe(bytes.byteLength);
    }
  },
);

test.each(CASES)(
  '%s of exactly the limit passes and one byte more is resource_exhausted',
  async (_, encoding, pack) => {
    for (const bytesMax of [1000, 3 * MIB]) {
      const budget = new ByteBudget(16 * MIB);
      const inflated = await inflate(pack(Buffer.alloc(bytesMax, SENT)), encoding, bytesMax, budget);
      expect(inflated.byteLength).toBe(bytesMax);
      budget.release(bytesMax);
      const error = await refusal(() => inflate(pack(Buffer.alloc(bytesMax + 1, SENT)), encoding, bytesMax, budget));
      expect(error.code).toBe('resource_exhausted');
      expect(error.message).toContain(String(bytesMax));
      expect(budget.bytesUsed).toBe(0);
    }
  },
);

test.each(CASES)('%s cut short anywhere is invalid_argument', async (_, encoding, pack) => {
  const packed = pack(Buffer.from('some text, some more text, some text'));
  const budget = new ByteBudget(MIB);
  for (let length = 0; length < packed.length; length++) {
    const error = await refusal(() => inflate(packed.subarray(0, length), encoding, MIB, budget));
    expect(error.code).toBe('invalid_argument');
  }
  expect(budget.bytesUsed).toBe(0);
});

test.each(CASES)('what follows the end of a %s body is refused, not dropped', async (_, encoding, pack) => {
  const packed = Buffer.concat([pack(SENT), Buffer.from('more')]);
  expect((await refusal(() => inflate(packed, encoding, MIB, new ByteBudget(MIB)))).code).toBe('invalid_argument');
});

test('gzip members one after the other are one body', async () => {
  const large = Buffer.alloc(3 * MIB, SENT);
  const budget = new ByteBudget(16 * MIB);
  const inflated = await inflate(Buffer.concat([gzipSync(large), gzipSync(SENT)]), 'gzip', 8 * MIB, budget);
  expect(Buffer.concat([large, SENT]).equals(inflated)).toBe(true);
  expect(budget.bytesUsed).toBe(inflated.byteLength);
});

test('a gzip trailer that states a smaller size than the truth does not get past the limit', async () => {
  const packed = gzipSync(Buffer.alloc(9 * MIB));
  packed.writeUInt32LE(10, packed.length - 4);
  const error = await refusal(() => inflate(packed, 'gzip', 8 * MIB, new ByteBudget(64 * MIB)));
  expect(error.code).toBe('resource_exhausted');
});

test('while the budget is spent the sender is told to try again', async () => {
  const budget = new ByteBudget(MIB);
  budget.tryAcquire(MIB - 10);
  for (const bytes of [SENT, Buffer.alloc(3 * MIB)]) {
    const error = await refusal(() => inflate(gzipSync(bytes), 'gzip', 8 * MIB, budget));
    expect(error).toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
  }
  expect(budget.bytesUsed).toBe(MIB - 10);
});

test('at most 64 large bodies wait for their turn', async () => {
  const packed = gzipSync(Buffer.alloc(3 * MIB));
  const budget = new ByteBudget(1024 * MIB);
  const all = Array.from({ length: 80 }, async () => inflate(packed, 'gzip', 8 * MIB, budget));
  const settled = await Promise.allSettled(all);
  const refused = settled.filter((one) => one.status === 'rejected');
  expect(refused.length).toBe(16);
  expect(refused.every((one) => (one.reason as ExportError).code === 'unavailable')).toBe(true);
  expect(budget.bytesUsed).toBe(64 * 3 * MIB);
});
