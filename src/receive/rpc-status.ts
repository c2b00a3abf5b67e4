import { EXPORT_STATUS } from './export-error.ts';
import type { ExportError } from './export-error.ts';
import { bytesField, concatFields, truncateUtf8, varintField } from './protobuf-fields.ts';

/** What an export is refused with, as both transports send it: `google.rpc.Status` with at most one detail. */
export interface RpcStatus {
  /** gRPC status code. */
  code: number;
  message: string;
  /** Becomes a `google.rpc.RetryInfo`; only for codes that the sender may retry. */
  retryAfterSeconds?: number;
  /** Becomes a `google.rpc.BadRequest` with this one violation; `field` is a path into the request, or empty. */
  violation?: { field: string; description: string };
}

/** Keeps an answer far below the 4 MiB that senders read (OTLP 1.11: the error message is what is shortened). */
const MESSAGE_BYTES_MAX = 1024;
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';

export function rpcStatusOf(error: ExportError): RpcStatus {
  const { grpcCode, retryable } = EXPORT_STATUS[error.code];
  const status: RpcStatus = { code: grpcCode, message: truncateUtf8(error.message, MESSAGE_BYTES_MAX) };
  if (retryable && error.retryAfterSeconds !== undefined) status.retryAfterSeconds = error.retryAfterSeconds;
  if (error.code === 'invalid_argument') {
    status.violation = { field: fieldPathOf(error.cause), description: status.message };
  }
  return status;
}

/** The protobuf form, for HTTP bodies and for gRPC's `grpc-status-details-bin`. */
export function encodeRpcStatus(status: RpcStatus): Uint8Array {
  const fields = [varintField(1, status.code), bytesField(2, status.message)];
  if (status.retryAfterSeconds !== undefined) {
    fields.push(anyField(RETRY_INFO, bytesField(1, durationFields(status.retryAfterSeconds))));
  }
  if (status.violation) {
    const { field, description } = status.violation;
    const violation = concatFields([bytesField(1, field), bytesField(2, description)]);
    fields.push(anyField(BAD_REQUEST, bytesField(1, violation)));
  }
  return concatFields(fields);
}

/** The proto3 JSON form. */
export function rpcStatusJson(status: RpcStatus): string {
  const details: object[] = [];
  if (status.retryAfterSeconds !== undefined) {
    details.push({ '@type': RETRY_INFO, retryDelay: `${status.retryAfterSeconds}s` });
  }
  if (status.violation) details.push({ '@type': BAD_REQUEST, fieldViolations: [status.violation] });
  return JSON.stringify({ code: status.code, message: status.message, ...(details.length > 0 && { details }) });
}

/** `Status.details`, an `Any`. */
function anyField(typeUrl: string, value: Uint8Array): Uint8Array {
  return bytesField(3, concatFields([bytesField(1, typeUrl), bytesField(2, value)]));
}

/** `google.protobuf.Duration`. */
function durationFields(seconds: number): Uint8Array {
  const whole = Math.trunc(seconds);
  return concatFields([varintField(1, whole), varintField(2, Math.round((seconds - whole) * 1e9))]);
}

/** Decoders put the path of the offending field on their error; what else a cause is does not leave the process. */
function fieldPathOf(cause: unknown): string {
  const path = cause instanceof Error && 'path' in cause ? cause.path : '';
  return typeof path === 'string' ? truncateUtf8(path, MESSAGE_BYTES_MAX) : '';
}
