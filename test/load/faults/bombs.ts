import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { request } from 'undici';
import type { Fault } from '../fault.ts';

const MIB = 2 ** 20;
const BOMB_MIB = 256;
const PARALLEL = 50;
const TOO_LARGE = 413;

export const BOMBS: Fault = {
  name: 'bombs',
  what: `${PARALLEL} bodies at a time that grow to ${BOMB_MIB} MiB: gzip, deflate, zstd, gzip in gzip`,
  async run({ halfspace, scale }) {
    const plain = Buffer.alloc(BOMB_MIB * MIB);
    const bombs: [encoding: string, body: Buffer][] = [
      ['gzip', gzipSync(plain)],
      ['deflate', deflateSync(plain)],
      ['zstd', zstdCompressSync(plain)],
    ];
    bombs.push(['gzip', gzipSync(bombs[0]![1])]);
    const counts = new Map<number, number>();
    const parallel = Math.max(4, Math.round(PARALLEL * scale));
    for (const [encoding, body] of bombs) {
      const answers = Array.from({ length: parallel }, async () => {
        const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': encoding };
        const { statusCode, body: text } = await request(halfspace.addresses.otlp_http, {
          method: 'POST',
          headers,
          body,
        });
        await text.dump();
        counts.set(statusCode, (counts.get(statusCode) ?? 0) + 1);
      });
      await Promise.all(answers);
    }
    const sizes = bombs.map(([, body]) => `${Math.round(body.length / 1024)} KiB`).join(', ');
    if ((counts.get(TOO_LARGE) ?? 0) < 3) throw new Error(`no bomb was told to be too large: ${told(counts)}`);
    return `bombs of ${sizes}; ${told(counts)}`;
  },
};

function told(counts: ReadonlyMap<number, number>): string {
  return [...counts].map(([status, count]) => `${count} x ${status}`).join(', ');
}
