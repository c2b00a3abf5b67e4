import { Agent } from 'node:http';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { encodeLogsRequest, logsRequestJson } from '../decode/otlp-samples.ts';
import type { SampleResource } from '../decode/otlp-samples.ts';
import { decodingIntake } from './decoding-intake.ts';
import { JSON_TYPE, PROTOBUF, connectRaw, send, startReceiver } from './http-harness.ts';

const SENDERS = 8;
/** S15: what may come of bytes that nobody has chosen. */
const ANSWERS = new Set([200, 400, 413, 415]);

/** Park and Miller's generator: the same inputs each time. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 0x7fffffff;
    return state % below;
  };
}

/** A few bytes changed, cut out, doubled or put in. */
function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  let mutated = Buffer.from(bytes);
  for (let change = random(6); change >= 0; change--) {
    const at = random(mutated.length + 1);
    const end = Math.min(mutated.length, at + random(16));
    const [head, middle, tail] = [mutated.subarray(0, at), mutated.subarray(at, end), mutated.subarray(end)];
    const kind = random(5);
    if (kind === 0 && at < mutated.length) mutated[at] = random(256);
    else if (kind === 1) mutated = Buffer.concat([head, tail]);
    else if (kind === 2) mutated = Buffer.concat([head, middle, middle, tail]);
    else if (kind === 3) mutated = Buffer.concat([head, Buffer.from([random(256), 0xff, 0xff, random(256)]), tail]);
    else mutated = Buffer.from(head);
  }
  return mutated;
}

const SAMPLE: SampleResource = {
  service: 'checkout',
  records: [
    {
      body: 'payment 4711 took 12ms',
      severityNumber: 9,
      timeUnixNano: 1_700_000_000_000_000_000n,
      traceId: 'ab'.repeat(16),
    },
    { body: { message: 'structured', nested: [1, 2.5, true, null, { deep: 'value' }] }, severityText: 'WARN' },
  ],
};
const protobuf = Buffer.from(encodeLogsRequest(SAMPLE, SAMPLE));
const json = Buffer.from(JSON.stringify(logsRequestJson(SAMPLE, SAMPLE)));

const INPUT_KINDS: [
  inputs: number,
  name: string,
  seed: Buffer,
  headers: Record<string, string>,
  pack: (bytes: Buffer) => Buffer,
][] = [
  [10_000, 'protobuf', protobuf, { 'content-type': PROTOBUF }, (bytes) => bytes],
  [10_000, 'JSON', json, { 'content-type': JSON_TYPE }, (bytes) => bytes],
  [
    2_500,
    'gzipped protobuf',
    protobuf,
    { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
    (bytes) => gzipSync(bytes),
  ],
  [2_500, 'gzip', gzipSync(protobuf), { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }, (bytes) => bytes],
  [2_500, 'deflate', deflateSync(json), { 'content-type': JSON_TYPE, 'content-encoding': 'deflate' }, (bytes) => bytes],
  [2_500, 'zstd', zstdCompressSync(json), { 'content-type': JSON_TYPE, 'content-encoding': 'zstd' }, (bytes) => bytes],
];

test.each(INPUT_KINDS)(
  'S15: %i mutations of %s are answered 200, 400, 413 or 415, and the unchanged one 200',
  async (inputs, name, seed, headers, pack) => {
    const { url } = await startReceiver({ intake: decodingIntake(), requestBytesMax: 4096 });
    const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
    onTestFinished(() => agent.destroy());
    const random = randomOf(name.length * 7919 + 1);
    const unexpected: string[] = [];
    let sent = 0;
    const sender = async (): Promise<void> => {
      while (sent++ < inputs) {
        const body = pack(mutate(seed, random));
        const { status, text } = await send(url, body, { agent, headers });
        if (!ANSWERS.has(status)) unexpected.push(`${status} ${text} for ${body.toString('base64')}`);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    expect(unexpected).toEqual([]);
    expect((await send(url, pack(seed), { agent, headers })).status).toBe(200);
  },
  60_000,
);

test('S15: 2,000 mutations of a whole HTTP request never hang or end the receiver', async () => {
  const { url, port } = await startReceiver({ intake: decodingIntake(), receiveTimeoutMs: 300 });
  const head = `POST /v1/logs HTTP/1.1\r\nhost: a\r\ncontent-type: ${PROTOBUF}\r\ncontent-length: ${protobuf.length}\r\n\r\n`;
  const request = Buffer.concat([Buffer.from(head), protobuf]);
  const random = randomOf(17);
  for (let round = 0; round < 20; round++) {
    const clients = await Promise.all(Array.from({ length: 100 }, () => connectRaw(port)));
    for (const client of clients) client.socket.end(mutate(request, random));
    const answers = await Promise.all(clients.map((client) => client.closed()));
    for (const answer of answers) expect(answer).not.toMatch(/HTTP\/1.1 500 /);
  }
  expect((await send(url, protobuf)).status).toBe(200);
});
