import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import * as fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { structuredLevel, structuredMessage } from '../../src/domain/structured-message.ts';
import { LEVELS } from '../../src/domain/level.ts';
import { sniffLevelOfText } from '../../src/domain/level-sniff.ts';
import { transcodeJson } from '../../src/decode/transcode-json.ts';
import { decoded } from './decoded.ts';
import { double, encodeLogsRequest, logsRequestJson } from './otlp-samples.ts';
import type { SampleRecord, SampleResource, SampleValue } from './otlp-samples.ts';

type SdkRecord = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const text = fc.string({ unit: 'binary', maxLength: 40 });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const value: fc.Arbitrary<SampleValue> = fc.letrec<{ value: SampleValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double().map(double),
    fc.uint8Array({ maxLength: 20 }),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom('message', 'msg', 'level', 'log.level')), tie('value'), {
      maxKeys: 5,
    }),
  ),
})).value;

const id = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((array) => Buffer.from(array).toString('hex'));

const record: fc.Arbitrary<SampleRecord> = fc.record(
  {
    body: value,
    severityNumber: fc.integer({ min: -3, max: 30 }),
    severityText: fc.oneof(fc.constantFrom('INFO', 'Warning', 'ERROR3', '3'), text),
    timeUnixNano: uint64,
    observedTimeUnixNano: uint64,
    traceId: fc.oneof(id(16), id(15), fc.constant('00'.repeat(16))),
    spanId: fc.oneof(id(8), fc.constant('')),
    flags: fc.nat(),
    attributes: fc.dictionary(text, value, { maxKeys: 3 }),
    droppedAttributesCount: fc.nat(),
    eventName: text,
  },
  { requiredKeys: [] },
);

const request: fc.Arbitrary<SampleResource[]> = fc.array(
  fc.record(
    {
      service: text,
      attributes: fc.dictionary(text, value, { maxKeys: 3 }),
      scope: fc.record({ name: text, version: text }),
      schemaUrl: text,
      records: fc.array(record, { maxLength: 4 }),
    },
    { requiredKeys: ['records'] },
  ),
  { maxLength: 3 },
);

describe('the same request in JSON and in protobuf', () => {
  it('gives the same records', () => {
    fc.assert(
      fc.property(request, (resources) => {
        const fromJson = transcodeJson(bytesOf(logsRequestJson(...resources))).bytes;
        expect(decoded(fromJson)).toEqual(decoded(encodeLogsRequest(...resources)));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the records that a decoder not of our making sees', () => {
    fc.assert(
      fc.property(request, (resources) => {
        const expected = resources.flatMap((resource) => resource.records.map((_, i) => ({ resource, i })));
        const ours = decoded(encodeLogsRequest(...resources));
        const theirs = peerDecoded(encodeLogsRequest(...resources));
        expect(ours).toHaveLength(expected.length);
        expect(ours.map(({ service, timeMs }) => ({ service, timeMs }))).toEqual(theirs);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a structured body', () => {
  it('gives the message and level that the same value gives when it comes from a file', () => {
    const json = fc.dictionary(fc.oneof(text, fc.constantFrom('message', 'log', 'level')), fc.jsonValue(), {
      maxKeys: 6,
    });
    fc.assert(
      fc.property(json, (fields) => {
        // Through JSON: there, -0 is 0 and there are no lone surrogates to spell.
        const plain = JSON.parse(JSON.stringify(fields)) as Record<string, SampleValue>;
        const [only] = decoded(encodeLogsRequest({ records: [{ body: withDoubles(plain) }] }));
        const message = structuredMessage(plain);
        expect(only!.message).toBe(message);
        const level = structuredLevel(plain) ?? sniffLevelOfText(message) ?? 2;
        // A number that is no integer is a double in OTLP, and no level.
        expect(only!.level).toBe(LEVELS[level]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what the OpenTelemetry SDK for JavaScript sends', () => {
  const scope = { name: 'app', version: '1.0.0', schemaUrl: 'https://opentelemetry.io/schemas/1.30.0' };
  const resource = { attributes: { 'host.name': 'h', 'service.name': 'checkout', 'process.pid': 7 } };
  const records = [
    { body: 'plain text ü', severityNumber: 17, severityText: 'ERROR' },
    { body: { message: 'in a field', code: 5 }, severityNumber: 13 },
    { body: { b: [1, 2.5, true, null], a: 'x' } },
    { body: new TextEncoder().encode('bytes') },
    { eventName: 'device.started', severityNumber: 9 },
  ].map((fields) =>
    Object.assign(
      {
        hrTime: [1_700_000_000, 123_456_789],
        hrTimeObserved: [1_700_000_001, 0],
        spanContext: { traceId: '0102030405060708090a0b0c0d0e0f10', spanId: 'a1a2a3a4a5a6a7a8', traceFlags: 1 },
        resource,
        instrumentationScope: scope,
        attributes: { 'http.status_code': 500, tags: ['a', 'b'] },
        droppedAttributesCount: 0,
      },
      fields,
    ),
  ) as unknown as SdkRecord[];

  const expected = [
    ['plain text ü', 'error'],
    ['in a field', 'warn'],
    ['{"a":"x","b":[1,2.5,true,null]}', 'info'],
    ['bytes', 'info'],
    ['device.started', 'info'],
  ].map(([message, level]) => ({
    service: 'checkout',
    message,
    level,
    timeMs: 1_700_000_000_123,
    traceId: '0102030405060708090a0b0c0d0e0f10',
    spanId: 'a1a2a3a4a5a6a7a8',
  }));

  it('as protobuf is read', () => {
    expect(decoded(ProtobufLogsSerializer.serializeRequest(records)!)).toEqual(expected);
  });

  it('as JSON is read', () => {
    const { bytes, warning } = transcodeJson(JsonLogsSerializer.serializeRequest(records)!);
    expect(decoded(bytes)).toEqual(expected);
    expect(warning).toBe('');
  });
});

/** JSON numbers as doubles where they are no integers, which is how a sample is written. */
function withDoubles(plain: SampleValue): SampleValue {
  if (typeof plain === 'number' && !Number.isSafeInteger(plain)) return double(plain);
  if (Array.isArray(plain)) return plain.map(withDoubles);
  if (typeof plain !== 'object' || plain === null) return plain;
  return Object.fromEntries(Object.entries(plain).map(([key, item]) => [key, withDoubles(item as SampleValue)]));
}

const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceLogs resource_logs = 1; }
  message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; bytes bytes_value = 7; } }
  message ScopeLogs { repeated LogRecord log_records = 2; }
  message LogRecord { fixed64 time_unix_nano = 1; fixed64 observed_time_unix_nano = 11; }
`);

interface PeerRequest {
  resourceLogs: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeLogs: { logRecords: { timeUnixNano: string; observedTimeUnixNano: string }[] }[];
  }[];
}

/** Service and time of each record by protobufjs, which decodes everything to objects. */
function peerDecoded(bytes: Uint8Array): { service: string; timeMs: number }[] {
  const type = root.lookupType('Request');
  const plain = type.toObject(type.decode(bytes), { longs: String, arrays: true, defaults: true }) as PeerRequest;
  return plain.resourceLogs.flatMap(({ resource, scopeLogs }) => {
    const named = resource.attributes.find(({ key, value: { stringValue } }) => key === 'service.name' && stringValue);
    const service = cutToBytes(named?.value.stringValue ?? 'unknown_service');
    return scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ timeUnixNano, observedTimeUnixNano }) => {
        const nanos = BigInt(timeUnixNano) || BigInt(observedTimeUnixNano);
        return { service, timeMs: Number(nanos / 1_000_000n) };
      }),
    );
  });
}

function cutToBytes(name: string): string {
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(256);
  return name;
}
