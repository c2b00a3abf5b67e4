import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BodyBuffer } from '../../src/receive/http-body-buffer.ts';

/** In memory of its own, as chunks come from a socket. */
function chunkOf(length: number, first: number): Buffer {
  const chunk = Buffer.allocUnsafeSlow(length);
  for (let at = 0; at < length; at++) chunk[at] = (first + at) % 251;
  return chunk;
}

test('chunks of any sizes come out as one piece, declared or not, in memory that nothing else uses', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200_000 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(sizes, fc.boolean(), (lengths, isDeclared) => {
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const body = new BodyBuffer(isDeclared ? total : 0);
      let at = 0;
      for (const length of lengths) {
        body.append(chunkOf(length, at));
        at += length;
      }
      const taken = body.take();
      expect(taken.byteLength).toBe(total);
      expect(Buffer.compare(taken, chunkOf(total, 0))).toBe(0);
      expect(taken.byteOffset).toBe(0);
    }),
    { numRuns: 100 },
  );
});

test('one chunk that is the whole declared body is not copied', () => {
  const chunk = chunkOf(1000, 0);
  const body = new BodyBuffer(1000);
  body.append(chunk);
  expect(body.take().buffer).toBe(chunk.buffer);
});

test('a chunk that shares its memory is copied, and what else stands there is left alone', () => {
  const shared = chunkOf(2000, 0);
  const body = new BodyBuffer(1000);
  body.append(shared.subarray(0, 1000));
  expect(body.take().buffer).not.toBe(shared.buffer);
  expect(shared[1999]).toBe(1999 % 251);
});

test('chunks that were copied give their memory back at once', () => {
  const chunk = chunkOf(1000, 0);
  new BodyBuffer(0).append(chunk);
  expect(chunk.byteLength).toBe(0);
});

test('a declared length is believed with memory only when a part of it has come', () => {
  const sized = (declared: number, sent: number): number => {
    const body = new BodyBuffer(declared);
    body.append(chunkOf(sent, 0));
    return body.take().buffer.byteLength;
  };
  expect(sized(200_000, 60_000)).toBe(200_000);
  expect(sized(60_000_000, 1)).toBe(64 * 1024);
});
