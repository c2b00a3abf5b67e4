import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedRowReader } from '../../src/domain/packed-rows.ts';
import { RowBuffer } from '../../src/live/row-buffer.ts';

const encoder = new TextEncoder();
const HOUR_MS = 3_600_000;

function append(
  buffer: RowBuffer,
  service: string,
  message: string,
  timestampMs = 1000,
  receivedMs = timestampMs,
): void {
  const bytes = encoder.encode(`<<${message}>>`);
  buffer.append(service, bytes, 2, bytes.length - 2, timestampMs, 2, receivedMs);
}

function messages(buffer: RowBuffer, service: string): string[] {
  const { services, release } = buffer.lend();
  const found: string[] = [];
  for (const chunk of services.find((one) => one.service === service)?.chunks ?? []) {
    const reader = new PackedRowReader(chunk);
    while (reader.next()) found.push(reader.message());
  }
  release();
  return found;
}

function fill(buffer: RowBuffer, rows = 20_000): void {
  for (let i = 0; i < rows; i++) append(buffer, 'a', `line ${i} ${'x'.repeat(80)}`);
}

function lendAndCopy(buffer: RowBuffer) {
  const { services, release } = buffer.lend();
  const now = () => services.flatMap(({ chunks }) => chunks.map((chunk) => chunk.slice()));
  return { before: now(), now, release };
}

/** Notes the memory that a reader gets to see. */
function lendAndNote(buffer: RowBuffer, seen: Set<ArrayBufferLike>) {
  const { services, release } = buffer.lend();
  for (const chunk of services.flatMap(({ chunks }) => chunks)) seen.add(chunk.buffer);
  return { release };
}

function fullSizeBytes(memories: ReadonlySet<ArrayBufferLike>): number {
  const sizes = Array.from(memories, ({ byteLength }) => byteLength);
  return sizes.reduce((sum, size) => sum + (size === 256 * 1024 ? size : 0), 0);
}

describe('the row buffer', () => {
  it('gives back what was put in, by service and in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', '__proto__'), fc.string({ maxLength: 300 }))), (rows) => {
        const buffer = new RowBuffer({ bytesMax: 1 << 24, ageMaxMs: HOUR_MS });
        for (const [service, message] of rows) append(buffer, service, message);
        for (const service of ['a', 'b', '__proto__']) {
          const wanted = rows.filter((row) => row[0] === service).map((row) => row[1].toWellFormed());
          expect(messages(buffer, service)).toEqual(wanted);
        }
        expect(buffer.rows).toBe(rows.length);
      }),
    );
  });

  it('never holds more than its bytes, counts what it let go, and spares the quiet service', () => {
    const bytesMax = 1 << 20;
    const buffer = new RowBuffer({ bytesMax, ageMaxMs: HOUR_MS });
    append(buffer, 'quiet', 'the only line of a quiet service');
    for (let i = 0; i < 40_000; i++) {
      append(buffer, 'loud', `line ${i} ${'x'.repeat(80)}`);
      if (buffer.bytes > bytesMax) throw new Error(`${buffer.bytes} bytes at line ${i}`);
    }
    expect(buffer.evictedRows).toBeGreaterThan(30_000);
    expect(buffer.rows + buffer.evictedRows).toBe(40_001);
    expect(messages(buffer, 'quiet')).toEqual(['the only line of a quiet service']);
    expect(messages(buffer, 'loud').at(-1)).toContain('line 39999 ');
  });

  it('takes a line of 1 MiB, and refuses and counts one larger than itself', () => {
    const buffer = new RowBuffer({ bytesMax: 2 << 20, ageMaxMs: HOUR_MS });
    append(buffer, 'a', 'x'.repeat(1 << 20));
    expect(messages(buffer, 'a')[0]).toHaveLength(1 << 20);
    append(buffer, 'a', 'x'.repeat(3 << 20));
    expect([buffer.rows, buffer.evictedRows]).toEqual([1, 1]);
  });

  it('lets rows go whose time of receipt is beyond the age limit', () => {
    const buffer = new RowBuffer({ bytesMax: 1 << 24, ageMaxMs: HOUR_MS });
    append(buffer, 'old', 'gone', 5 * HOUR_MS, 0);
    append(buffer, 'new', 'stays', 0, HOUR_MS);
    buffer.expire(HOUR_MS + 1);
    expect([messages(buffer, 'old'), messages(buffer, 'new')]).toEqual([[], ['stays']]);
    expect(buffer.bytes).toBe(4096);
  });

  it('leaves what it lent untouched until it is given back', () => {
    const buffer = new RowBuffer({ bytesMax: 1 << 20, ageMaxMs: HOUR_MS });
    for (let i = 0; i < 8000; i++) append(buffer, 'a', `first ${i} ${'x'.repeat(80)}`);
    const lent = buffer.lend();
    const before = lent.services[0]?.chunks.map((chunk) => chunk.slice());
    for (let i = 0; i < 40_000; i++) append(buffer, 'a', `second ${i} ${'y'.repeat(80)}`);
    expect(lent.services[0]?.chunks).toEqual(before);
    lent.release();
  });

  it('leaves what several readers look at, in whichever order they end', () => {
    const buffer = new RowBuffer({ bytesMax: 1 << 20, ageMaxMs: HOUR_MS });
    fill(buffer);
    const first = lendAndCopy(buffer);
    fill(buffer, 4000);
    const second = lendAndCopy(buffer);
    fill(buffer);
    expect(second.now()).toEqual(second.before);
    first.release();
    first.release();
    fill(buffer);
    expect(second.now()).toEqual(second.before);
    second.release();
  });

  it('uses its memory again, however often it is read while it turns over', () => {
    const buffer = new RowBuffer({ bytesMax: 1 << 20, ageMaxMs: HOUR_MS });
    const seen = new Set<ArrayBufferLike>();
    for (let round = 0; round < 20; round++) {
      fill(buffer, 10_000);
      const { release } = lendAndNote(buffer, seen);
      fill(buffer, 10_000);
      release();
    }
    expect(fullSizeBytes(seen)).toBeLessThanOrEqual(4 << 20);
  });

  it('uses again what came to be since a reader began, while that one goes on', () => {
    const buffer = new RowBuffer({ bytesMax: 1 << 20, ageMaxMs: HOUR_MS });
    fill(buffer, 10_000);
    const seen = new Set<ArrayBufferLike>();
    const { release } = lendAndNote(buffer, seen);
    for (let round = 0; round < 20; round++) {
      fill(buffer, 10_000);
      lendAndNote(buffer, seen).release();
    }
    release();
    expect(fullSizeBytes(seen)).toBeLessThanOrEqual(3 << 20);
  });
});
