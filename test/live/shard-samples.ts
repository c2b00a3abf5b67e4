import { INFO } from '../../src/domain/level.ts';
import { PACKED_ROW_HEADER_BYTES, writePackedHeader } from '../../src/domain/packed-rows.ts';
import type { ShardOptions } from '../../src/live/shard-protocol.ts';

/** Options of a shard that no test comes near the bounds of, but for those it sets itself. */
export function shardOptions(changes: Partial<ShardOptions> = {}): ShardOptions {
  return {
    detector: { profile: 'reference', hstThreshold: 0.7, miner: { profile: 'drain3', simTh: 0.4, maxTemplates: 2000 } },
    servicesMax: 100,
    bufferBytesMax: 1 << 24,
    bufferAgeMaxMs: 86_400_000,
    serviceAttributes: ['service.name'],
    ...changes,
  };
}

export const INFO_NUMBER = 9;
export const WARN_NUMBER = 13;
export const ERROR_NUMBER = 17;
/** 2026-11-22T00:00:00Z */
export const NOW_MS = 1_795_305_600_000;

/** `count` healthy lines of three templates, the same at every call. */
export function healthyLines(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    if (i % 3 === 0) return `GET /api/orders/${i} took ${i % 90}ms`;
    return i % 3 === 1 ? `order ${10_000 + i} placed by customer ${20_000 + i}` : 'cache refreshed';
  });
}

/** Lines as rows of a window. */
export function packed(lines: readonly string[]): Uint8Array {
  const parts = lines.map((line, i) => {
    const text = Buffer.from(line);
    const row = Buffer.alloc(PACKED_ROW_HEADER_BYTES + text.length);
    writePackedHeader(new DataView(row.buffer, row.byteOffset), 0, text.length, NOW_MS + i * 1000, INFO);
    text.copy(row, PACKED_ROW_HEADER_BYTES);
    return row;
  });
  return new Uint8Array(Buffer.concat(parts));
}
