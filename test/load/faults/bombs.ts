import { promisify } from 'node:util';
import { deflate, gzip, zstdCompress } from 'node:zlib';
import { request } from 'undici';
import { portOf } from '../../e2e/otlp-client.ts';
import type { Fault } from '../fault.ts';
import { sendGrpcBombs } from './grpc-bomb.ts';

const MIB = 2 ** 20;
const BOMB_MIB = 256;
const PARALLEL = 50;
const TOO_LARGE = '413';
/** RESOURCE_EXHAUSTED. */
const GRPC_TOO_LARGE = 'status 8';
const packGzip = promisify<Buffer, Buffer>(gzip);

export const BOMBS: Fault = {
  name: 'bombs',
  what: `${PARALLEL} bodies at a time that grow to ${BOMB_MIB} MiB: gzip, deflate, zstd, gzip in gzip; over HTTP and gRPC`,
  async run({ halfspace, scale }) {
    const plain = Buffer.alloc(BOMB_MIB * MIB);
    // In other threads: the good client is in this one.
    const bombs: [encoding: string, body: Buffer][] = [
      ['gzip', await packGzip(plain)],
      ['deflate', await promisify(deflate)(plain)],
      ['zstd', await promisify(zstdCompress)(plain)],
    ];
    const { otlp_http: http, otlp_grpc: grpc } = halfspace.addresses;
    const times = Math.max(4, Math.round(PARALLEL * scale));
    const answers: string[] = [];
    for (const [encoding, body] of bombs) {
      const told = [
        ...(await sendHttpBombs(http, encoding, body, times)),
        ...(await sendGrpcBombs({ port: portOf(grpc), encoding, message: body, times })),
      ];
      if (!told.includes(TOO_LARGE) || !told.includes(GRPC_TOO_LARGE))
        throw new Error(`no bomb of ${encoding} was told to be too large: ${counted(told)}`);
      answers.push(...told);
    }
    answers.push(...(await sendHttpBombs(http, 'gzip', await packGzip(bombs[0]![1]), times)));
    const sizes = bombs.map(([, body]) => `${Math.round(body.length / 1024)} KiB`).join(', ');
    return `bombs of ${sizes}; ${counted(answers)}`;
  },
};

function sendHttpBombs(address: string, encoding: string, body: Buffer, times: number): Promise<string[]> {
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': encoding };
  const calls = Array.from({ length: times }, async () => {
    const { statusCode, body: text } = await request(address, { method: 'POST', headers, body });
    await text.dump();
    return String(statusCode);
  });
  return Promise.all(calls);
}

function counted(answers: readonly string[]): string {
  return [...Map.groupBy(answers, (answer) => answer)]
    .map(([answer, { length }]) => `${length} x ${answer}`)
    .join(', ');
}
