import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { encodeBatch } from '../../src/cli/replay/encode-batch.ts';
import { judgeRefusal, rejectedIn } from '../../src/cli/replay/export-answer.ts';
import { paceFrom } from '../../src/cli/replay/pace.ts';
import { paced } from '../../src/cli/replay/paced.ts';
import { encodeExportResponse } from '../../src/receive/export-response.ts';
import { encodeRpcStatus } from '../../src/receive/rpc-status.ts';
import type { LogRow } from '../../src/domain/row.ts';
import { packChunk } from '../analyse/rows.ts';
import { decoded } from '../decode/decoded.ts';

const row = (timestamp: number, message: string, service = 'shop'): LogRow => ({
  timestamp,
  message,
  level: 'error',
  service,
});
const packed = (rows: LogRow[]) => ({ service: rows[0]!.service, bytes: packChunk(rows) });

describe('a request of replayed rows', () => {
  test('says to our own decoder what the rows say', () => {
    const batch = [packed([row(1000.25, 'héllo'), row(2000, '')]), packed([row(3000, 'x'.repeat(70_000), 'other')])];
    const { bytes, rows } = encodeBatch(batch, (ms) => ms + 500, 9000);
    expect(rows).toBe(3);
    expect(decoded(bytes)).toMatchObject([
      { service: 'shop', message: 'héllo', level: 'error', timeMs: 1500 },
      { service: 'shop', message: '', level: 'error', timeMs: 2500 },
      { service: 'other', message: 'x'.repeat(70_000), timeMs: 3500 },
    ]);
  });
});

describe('the pace', () => {
  test('is that of the rows, times the speed', () => {
    const pace = paceFrom(1000, 50_000, 10, false);
    expect([pace.dueMs(1000), pace.dueMs(2000), pace.saidMs(2000)]).toEqual([50_000, 50_100, 2000]);
    expect(paceFrom(1000, 50_000, 10, true).saidMs(2000)).toBe(50_100);
    expect(paceFrom(1000, 50_000, Infinity, true).saidMs(2000)).toBe(50_000);
    expect(paceFrom(1000, 50_000, Infinity, false).dueMs(2000)).toBe(-Infinity);
  });

  test('sends together what is due within a tenth of a second', () => {
    const batch = [packed([row(0, 'a'), row(50, 'b')]), packed([row(90, 'c', 'other')]), packed([row(400, 'd')])];
    const parts = paced(batch, paceFrom(0, 0, 1, false));
    expect(parts.map(({ dueMs, batch: own }) => [dueMs, own.map(({ service }) => service)])).toEqual([
      [90, ['shop', 'other']],
      [400, ['shop']],
    ]);
    const [all, ...none] = paced(batch, paceFrom(0, 0, Infinity, false));
    expect([all!.batch.length, none]).toEqual([3, []]);
  });
});

describe('a refusal', () => {
  const withDetails = (details: Uint8Array) => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from(details));
    return metadata;
  };

  test.each([
    [status.UNAVAILABLE, 'retry'],
    [status.DEADLINE_EXCEEDED, 'retry'],
    [status.ABORTED, 'retry'],
    [status.DATA_LOSS, 'retry'],
    [status.RESOURCE_EXHAUSTED, 'drop'],
    [status.INVALID_ARGUMENT, 'drop'],
    [status.INTERNAL, 'drop'],
    [status.UNAUTHENTICATED, 'stop'],
    [status.UNIMPLEMENTED, 'stop'],
  ])('of code %i: %s', (code, kind) => {
    expect(judgeRefusal(code, new Metadata())).toMatchObject({ kind });
  });

  test('says when to come back, in the bytes that our own receiver writes', () => {
    const details = encodeRpcStatus({ code: status.RESOURCE_EXHAUSTED, message: 'full', retryAfterSeconds: 1.5 });
    const metadata = withDetails(details);
    expect(judgeRefusal(status.RESOURCE_EXHAUSTED, metadata)).toEqual({ kind: 'retry', afterMs: 1500 });
    expect(judgeRefusal(status.UNAVAILABLE, metadata)).toEqual({ kind: 'retry', afterMs: 1500 });
    const broken = withDetails(details.subarray(0, details.length - 3));
    expect(judgeRefusal(status.UNAVAILABLE, broken)).toEqual({ kind: 'retry', afterMs: undefined });
  });

  test('of some records is counted', () => {
    expect(rejectedIn(encodeExportResponse({ records: 400, rejected: 300, message: 'too old' }))).toEqual({
      count: 300,
      message: 'too old',
    });
    expect(rejectedIn(encodeExportResponse({ records: 400, rejected: 0, message: '' }))).toEqual({
      count: 0,
      message: '',
    });
  });
});
