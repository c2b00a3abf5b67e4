import type { IntakeResult } from './log-intake.ts';
import { bytesField, concatFields, truncateUtf8, varintField } from './protobuf-fields.ts';

/** OTLP 1.11 lets a sender stop reading at 4 MiB and asks that the message is shortened first. */
const MESSAGE_BYTES_MAX = 1024;

/**
 * `ExportLogsServiceResponse` in protobuf. Full success is the empty message: `partial_success` is set only when records
 * were refused for good, or when there is a warning for the sender's operator.
 */
export function encodeExportResponse(result: IntakeResult): Uint8Array {
  if (result.rejected === 0 && result.message === '') return EMPTY;
  const message = truncateUtf8(result.message, MESSAGE_BYTES_MAX);
  const partialSuccess = concatFields([varintField(1, result.rejected), bytesField(2, message)]);
  return bytesField(1, partialSuccess);
}

/** The same in proto3 JSON, where an int64 is a string. */
export function exportResponseJson(result: IntakeResult): string {
  if (result.rejected === 0 && result.message === '') return '{}';
  const partialSuccess: { rejectedLogRecords?: string; errorMessage?: string } = {};
  if (result.rejected !== 0) partialSuccess.rejectedLogRecords = String(result.rejected);
  if (result.message !== '') partialSuccess.errorMessage = truncateUtf8(result.message, MESSAGE_BYTES_MAX);
  return JSON.stringify({ partialSuccess });
}

const EMPTY = new Uint8Array(0);
