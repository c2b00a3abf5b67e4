import { crc32 } from 'node:zlib';

/** CRC-32 of all parts, one after the other. */
export function checksumOf(...parts: readonly (string | Uint8Array)[]): number {
  return parts.reduce<number>((sum, part) => crc32(part, sum), 0);
}
