import { LEVELS } from '../../src/domain/level.ts';
import { PACKED_ROW_HEADER_BYTES, writePackedHeader } from '../../src/domain/packed-rows.ts';
import type { LogRow } from '../../src/domain/row.ts';

const SERVICES = ['cart', 'auth', 'mail'];

/** Rows of three services and some dozens of templates; several share a time. */
export function manyRows(count: number): LogRow[] {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: Date.UTC(2026, 0, 31) + Math.floor(i / 3) * 10,
    message: `${['took', 'gave', 'lost', 'found'][(i * 31) % 4]} item ${(i * 7919) % 1000} of ${'shelf '.repeat((i * 13) % 7)}end`,
    level: LEVELS[(i * 17) % 11 === 0 ? 4 : 2],
    service: SERVICES[(i * 5) % 3]!,
  }));
}

/** The same rows in another order, always the same one. */
export function shuffled<T>(rows: T[]): T[] {
  const result = [...rows];
  let state = 7;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** Packed on shared memory, each service in two chunks. */
export function packRows(rows: LogRow[]): { service: string; chunks: Uint8Array[] }[] {
  return [...new Set(rows.map(({ service }) => service))].map((service) => {
    const own = rows.filter((row) => row.service === service);
    const half = Math.ceil(own.length / 2);
    return { service, chunks: [packChunk(own.slice(0, half)), packChunk(own.slice(half))] };
  });
}

export function packChunk(rows: LogRow[]): Uint8Array {
  const parts = rows.map(({ timestamp, message, level }) => {
    const text = Buffer.from(message);
    const header = Buffer.alloc(PACKED_ROW_HEADER_BYTES);
    writePackedHeader(new DataView(header.buffer, header.byteOffset), 0, text.length, timestamp, LEVELS.indexOf(level));
    return Buffer.concat([header, text]);
  });
  const all = Buffer.concat(parts);
  const chunk = new Uint8Array(new SharedArrayBuffer(all.length));
  chunk.set(all);
  return chunk;
}
