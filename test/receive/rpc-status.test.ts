import { Root } from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { ExportError, toExportError } from '../../src/receive/export-error.ts';
import type { ExportErrorCode } from '../../src/receive/export-error.ts';
import { encodeRpcStatus, rpcStatusJson, rpcStatusOf } from '../../src/receive/rpc-status.ts';

/** The messages as their .proto files define them, decoded by a library that has no code in common with ours. */
const root = Root.fromJSON({
  nested: {
    Any: { fields: { typeUrl: { type: 'string', id: 1 }, value: { type: 'bytes', id: 2 } } },
    Status: {
      fields: {
        code: { type: 'int32', id: 1 },
        message: { type: 'string', id: 2 },
        details: { rule: 'repeated', type: 'Any', id: 3 },
      },
    },
    Duration: { fields: { seconds: { type: 'int64', id: 1 }, nanos: { type: 'int32', id: 2 } } },
    RetryInfo: { fields: { retryDelay: { type: 'Duration', id: 1 } } },
    FieldViolation: { fields: { field: { type: 'string', id: 1 }, description: { type: 'string', id: 2 } } },
    BadRequest: { fields: { fieldViolations: { rule: 'repeated', type: 'FieldViolation', id: 1 } } },
  },
});

interface DecodedStatus {
  code: number;
  message: string;
  details: { typeUrl: string; value: Uint8Array }[];
}

function decode(type: string, bytes: Uint8Array): unknown {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number, arrays: true });
}

function decodeStatus(error: ExportError): DecodedStatus {
  return decode('Status', encodeRpcStatus(rpcStatusOf(error))) as DecodedStatus;
}

describe('google.rpc.Status', () => {
  it.each<[ExportErrorCode, number]>([
    ['invalid_argument', 3],
    ['deadline_exceeded', 4],
    ['permission_denied', 7],
    ['resource_exhausted', 8],
    ['unimplemented', 12],
    ['unavailable', 14],
    ['unauthenticated', 16],
  ])('carries %s as code %i', (code, number) => {
    const error = new ExportError(code, 'it says why');
    expect(decodeStatus(error)).toMatchObject({ code: number, message: 'it says why' });
    expect(JSON.parse(rpcStatusJson(rpcStatusOf(error)))).toMatchObject({ code: number, message: 'it says why' });
  });

  it('G15: tells when to retry by a RetryInfo detail', () => {
    const error = new ExportError('unavailable', 'busy', { retryAfterSeconds: 2 });
    const [detail, ...rest] = decodeStatus(error).details;
    expect(rest).toEqual([]);
    expect(detail?.typeUrl).toBe('type.googleapis.com/google.rpc.RetryInfo');
    expect(decode('RetryInfo', detail!.value)).toEqual({ retryDelay: { seconds: 2 } });
    expect(JSON.parse(rpcStatusJson(rpcStatusOf(error))).details).toEqual([
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2s' },
    ]);
  });

  it('writes a fraction of a second as nanoseconds', () => {
    const error = new ExportError('unavailable', 'busy', { retryAfterSeconds: 1.5 });
    expect(decode('RetryInfo', decodeStatus(error).details[0]!.value)).toEqual({
      retryDelay: { seconds: 1, nanos: 500_000_000 },
    });
  });

  it('G7: gives no RetryInfo with a refusal that must not be retried', () => {
    const error = new ExportError('resource_exhausted', 'too large', { retryAfterSeconds: 2 });
    expect(decodeStatus(error).details).toEqual([]);
    expect(rpcStatusJson(rpcStatusOf(error))).toBe('{"code":8,"message":"too large"}');
  });

  it('H7: explains bad data by a BadRequest detail that names the field', () => {
    const cause = Object.assign(new Error('inner'), { path: 'resourceLogs[0].scopeLogs' });
    const error = new ExportError('invalid_argument', 'got a string, expected an array', { cause });
    const violation = { field: 'resourceLogs[0].scopeLogs', description: 'got a string, expected an array' };
    const [detail] = decodeStatus(error).details;
    expect(detail?.typeUrl).toBe('type.googleapis.com/google.rpc.BadRequest');
    expect(decode('BadRequest', detail!.value)).toEqual({ fieldViolations: [violation] });
    expect(JSON.parse(rpcStatusJson(rpcStatusOf(error))).details).toEqual([
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [violation] },
    ]);
  });

  it('G16: shortens a long message to 1 KiB, between characters', () => {
    const { message } = decodeStatus(new ExportError('unavailable', 'a' + '\u{1F600}'.repeat(5000)));
    expect(message).toBe('a' + '\u{1F600}'.repeat(255));
  });

  it('survives text that is not well-formed UTF-16', () => {
    const error = new ExportError('unavailable', 'lone \uD800 surrogate');
    expect(decodeStatus(error).message).toBe('lone \uFFFD surrogate');
    expect(JSON.parse(rpcStatusJson(rpcStatusOf(error))).message).toBe('lone \uFFFD surrogate');
  });

  it('S24: does not tell what an unforeseen error said', () => {
    const status = decodeStatus(toExportError(new Error('secret path /etc/shadow')));
    expect(status.code).toBe(14);
    expect(status.message).not.toContain('shadow');
  });
});
