import { Root } from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { encodeExportResponse, exportResponseJson } from '../../src/receive/export-response.ts';

const responseType = Root.fromJSON({
  nested: {
    Partial: { fields: { rejectedLogRecords: { type: 'int64', id: 1 }, errorMessage: { type: 'string', id: 2 } } },
    Response: { fields: { partialSuccess: { type: 'Partial', id: 1 } } },
  },
}).lookupType('Response');

function decode(bytes: Uint8Array): unknown {
  return responseType.toObject(responseType.decode(bytes), { longs: Number });
}

describe('ExportLogsServiceResponse', () => {
  it('G10: is empty when every record was taken', () => {
    const result = { records: 5, rejected: 0, message: '' };
    expect(encodeExportResponse(result)).toHaveLength(0);
    expect(exportResponseJson(result)).toBe('{}');
  });

  it('G11: carries the number of refused records and the reason', () => {
    const result = { records: 5, rejected: 300, message: 'too old' };
    expect(decode(encodeExportResponse(result))).toEqual({
      partialSuccess: { rejectedLogRecords: 300, errorMessage: 'too old' },
    });
    expect(exportResponseJson(result)).toBe('{"partialSuccess":{"rejectedLogRecords":"300","errorMessage":"too old"}}');
  });

  it('G11: carries a warning with no refused record', () => {
    const result = { records: 0, rejected: 0, message: 'no resourceLogs' };
    expect(decode(encodeExportResponse(result))).toEqual({ partialSuccess: { errorMessage: 'no resourceLogs' } });
    expect(exportResponseJson(result)).toBe('{"partialSuccess":{"errorMessage":"no resourceLogs"}}');
  });

  it('keeps a count beyond 32 bits', () => {
    const result = { records: 0, rejected: 2 ** 40 + 1, message: '' };
    expect(decode(encodeExportResponse(result))).toEqual({ partialSuccess: { rejectedLogRecords: 2 ** 40 + 1 } });
    expect(exportResponseJson(result)).toBe('{"partialSuccess":{"rejectedLogRecords":"1099511627777"}}');
  });

  it('G16: shortens a long message to 1 KiB', () => {
    const result = { records: 0, rejected: 1, message: 'x'.repeat(1_000_000) };
    expect(encodeExportResponse(result).length).toBeLessThan(1100);
    expect(exportResponseJson(result).length).toBeLessThan(1100);
  });
});
