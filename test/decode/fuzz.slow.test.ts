import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../src/decode/decode-error.ts';
import { RequestRoutes, routeRequest } from '../../src/decode/logs-request.ts';
import { RecordColumns } from '../../src/decode/record-columns.ts';
import { ServiceNames } from '../../src/decode/service-names.ts';
import { transcodeJson } from '../../src/decode/transcode-json.ts';
import { double, encodeLogsRequest, logsRequestJson, pairs } from './otlp-samples.ts';
import type { SampleResource } from './otlp-samples.ts';

/** `FUZZ_RUNS=1000000 vitest run test/decode/fuzz.slow.test.ts` before a release. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const TIMEOUT_MS = 20_000 + RUNS;

const resources: SampleResource[] = [
  {
    service: 'checkout',
    attributes: { a: [1, null, { b: true }], raw: Uint8Array.of(0, 255) },
    scope: { name: 'n', version: '1' },
    schemaUrl: 'u',
    records: [
      {
        body: 'ERROR [x] a plain line',
        severityNumber: 9,
        timeUnixNano: 1_700_000_000_000_000_000n,
        traceId: '01'.repeat(16),
      },
      {
        body: { message: 'in a field', level: 'warn', n: -5n },
        severityText: 'Error',
        spanId: '02'.repeat(8),
        flags: 1,
      },
      { body: { z: 1.5, a: ['ü', double(Number.NaN), [[[{}]]]], b: pairs(['k', 1], ['k', 2]) }, eventName: 'e' },
      { body: Uint8Array.of(200, 1, 2), attributes: { k: 'v' }, droppedAttributesCount: 300, observedTimeUnixNano: 9n },
    ],
  },
  { records: [{}] },
];
const validProtobuf = encodeLogsRequest(...resources);
const validJson = new TextEncoder().encode(JSON.stringify(logsRequestJson(...resources)));

const services = new ServiceNames({ attributes: ['service.name', 'a'], shards: 3 });
const routes = new RequestRoutes();
const columns = new RecordColumns();

/** Everything that is done to a request before it is scored; what comes out must hold together. */
function decode(bytes: Uint8Array): void {
  routeRequest(bytes, services, routes);
  columns.begin(bytes);
  for (let i = 0; i < routes.count; i++) columns.append(routes.start[i]!, routes.end[i]!);
  for (let i = 0; i < columns.count; i++) {
    const [start, end] = [columns.messageStart[i]!, columns.messageEnd[i]!];
    if (start > end || end > columns.source(i).length) throw new Error(`message ${start} to ${end} is out of bounds`);
    if (!(columns.timeMs[i]! >= 0) || columns.level[i]! > 5) throw new Error('a column is out of range');
    if (columns.traceIdStart[i]! + 16 > bytes.length || columns.spanIdStart[i]! + 8 > bytes.length) {
      throw new Error('an id is out of bounds');
    }
  }
}

/** What came out that should not; a `DecodeError` of reasonable length is fine. */
function surprise(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    const fine = error instanceof DecodeError && error.message.length < 2000 && error.message.includes('expected');
    return fine ? undefined : error;
  }
  return undefined;
}

/** One edit: at a place (as a share of the length), cut some bytes and put others in. */
const edit = (inserted: fc.Arbitrary<Uint8Array>) =>
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.constantFrom(0, 0, 1, 1, 2, 8, 100), inserted });

type Edit = { at: number; cut: number; inserted: Uint8Array };

function edited(bytes: Uint8Array, edits: Edit[]): Uint8Array {
  let result = bytes;
  for (const { at, cut, inserted } of edits) {
    const start = Math.floor(at * result.length);
    result = Buffer.concat([result.subarray(0, start), inserted, result.subarray(start + cut)]);
  }
  return new Uint8Array(result);
}

const interesting = fc.constantFrom(
  [0x80],
  [0xff],
  [0x0a, 0x02],
  [0x2a, 0x00],
  [0x0b],
  [0x0c],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
);
const protobufEdit = edit(
  fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    interesting.map((bytes) => Uint8Array.from(bytes)),
  ),
);
const jsonPart = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '\\',
    '\\u',
    '\\ud800',
    'null',
    '-',
    '1e999',
    '99999999999999999999',
    '\u0000',
    'é',
  ),
  fc.string({ maxLength: 4 }),
  fc.constantFrom(
    '"body":',
    '"__proto__":{},',
    '{"arrayValue":{"values":[',
    '{"kvlistValue":',
    '"timeUnixNano":',
    '"bytesValue":"',
  ),
);
const jsonEdit = edit(jsonPart.map((part) => new TextEncoder().encode(part)));

/** The valid request as tokens, and which of them are scalar values: these can be replaced and JSON it stays. */
const tokens = new TextDecoder().decode(validJson).match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^"{}[\],:]+/g) ?? [];
const scalars = tokens.flatMap((token, i) => (/^["\w-]/.test(token) && tokens[i + 1] !== ':' ? [i] : []));
const jsonValue = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    'null',
    '-1',
    '1e999',
    '18446744073709551616',
    '"\\ud800"',
    '{"stringValue":"y"}',
    '{"arrayValue":{"values":[{}]}}',
  ),
);
const replaced = fc.record({ index: fc.constantFrom(...scalars), value: jsonValue });

describe('S15: whatever the bytes are, nothing but a DecodeError comes out', { timeout: TIMEOUT_MS }, () => {
  const numRuns = RUNS;

  it('of the protobuf walk over mutations of a valid request', () => {
    decode(validProtobuf);
    expect(columns.count).toBe(5);
    const edits = fc.array(protobufEdit, { minLength: 1, maxLength: 4 });
    const mutated = fc.property(edits, (some) => {
      expect(surprise(() => decode(edited(validProtobuf, some)))).toBeUndefined();
    });
    fc.assert(mutated, { numRuns });
    expect(columns.body.scratch.bytes.length).toBeLessThanOrEqual(1 << 20);
  });

  it('of the protobuf walk over a valid request with other bytes in the same places', () => {
    let taken = 0;
    const place = fc.record({
      at: fc.nat(validProtobuf.length - 1),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 128, 255)),
    });
    const overwritten = fc.property(fc.array(place, { minLength: 1, maxLength: 4 }), (places) => {
      const bytes = new Uint8Array(validProtobuf);
      for (const { at, byte } of places) bytes[at] = byte;
      const fromBytes = surprise(() => {
        decode(bytes);
        taken++;
      });
      expect(fromBytes).toBeUndefined();
    });
    fc.assert(overwritten, { numRuns });
    expect(taken).toBeGreaterThan(RUNS / 20);
  });

  it('of the protobuf walk over random bytes', () => {
    const random = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(surprise(() => decode(bytes))).toBeUndefined();
    });
    expect(fc.check(random, { numRuns }).counterexample).toBeNull();
  });

  it('of the JSON transcoder over mutations of a valid request, and what it writes decodes', () => {
    decode(transcodeJson(validJson).bytes);
    expect(columns.count).toBe(5);
    let taken = 0;
    const edits = fc.array(jsonEdit, { minLength: 1, maxLength: 3 });
    const mutated = fc.property(edits, (some) => {
      let bytes = new Uint8Array(0);
      const fromText = surprise(() => {
        ({ bytes } = transcodeJson(edited(validJson, some)));
        taken++;
      });
      expect(fromText).toBeUndefined();
      decode(bytes);
    });
    fc.assert(mutated, { numRuns });
    expect(taken).toBeGreaterThan(0);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('of the JSON transcoder over a valid request with other values in it', () => {
    let taken = 0;
    const other = fc.property(fc.array(replaced, { minLength: 1, maxLength: 2 }), (replacements) => {
      const copy = [...tokens];
      for (const { index, value } of replacements) copy[index] = value;
      let bytes = new Uint8Array(0);
      const fromText = surprise(() => {
        ({ bytes } = transcodeJson(new TextEncoder().encode(copy.join(''))));
        taken++;
      });
      expect(fromText).toBeUndefined();
      decode(bytes);
    });
    fc.assert(other, { numRuns });
    expect(taken).toBeGreaterThan(RUNS / 20);
  });

  it('of the JSON transcoder over any bytes', () => {
    const random = fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(surprise(() => transcodeJson(bytes))).toBeUndefined();
    });
    expect(fc.check(random, { numRuns }).counterexample).toBeNull();
  });

  it('of the JSON transcoder over other JSON, which it takes when JSON.parse does', () => {
    const text = fc.oneof(
      fc.json(),
      fc.array(jsonPart, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    const other = fc.property(text, (inner) => {
      const whole = `{"other":${inner}}`;
      const bytes = new TextEncoder().encode(whole);
      expect(surprise(() => transcodeJson(bytes))).toBeUndefined();
      expect(isTaken(() => transcodeJson(bytes))).toBe(isTaken(() => JSON.parse(whole)));
    });
    expect(fc.check(other, { numRuns }).counterexample).toBeNull();
  });
});

function isTaken(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
