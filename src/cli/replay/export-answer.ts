import { status } from '@grpc/grpc-js';
import type { Metadata } from '@grpc/grpc-js';
import protobuf from 'protobufjs/minimal.js';

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** What OTLP 1.11 has senders try again; RESOURCE_EXHAUSTED only where the answer says when. */
const RETRYABLE: ReadonlySet<status> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** Refusals that every further request would get too. */
const HOPELESS: ReadonlySet<status> = new Set([status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.UNIMPLEMENTED]);

/** What becomes of a request that was refused; `afterMs`: when the answer wants it again. */
export type Refusal = { kind: 'retry'; afterMs: number | undefined } | { kind: 'drop' } | { kind: 'stop' };

export function judgeRefusal(code: status, metadata: Pick<Metadata, 'get'> | undefined): Refusal {
  const afterMs = retryDelayMs(metadata);
  if (RETRYABLE.has(code) || (code === status.RESOURCE_EXHAUSTED && afterMs !== undefined)) {
    return { kind: 'retry', afterMs };
  }
  return { kind: HOPELESS.has(code) ? 'stop' : 'drop' };
}

/** `retry_delay` of a `google.rpc.RetryInfo` in the answer's `google.rpc.Status`. */
function retryDelayMs(metadata: Pick<Metadata, 'get'> | undefined): number | undefined {
  const [details] = metadata?.get('grpc-status-details-bin') ?? [];
  if (!(details instanceof Uint8Array)) return undefined;
  try {
    for (const any of messagesIn(details, 3)) {
      const [type] = messagesIn(any, 1);
      if (type === undefined || new TextDecoder().decode(type) !== RETRY_INFO) continue;
      const [info = new Uint8Array(0)] = messagesIn(any, 2);
      const [delay = new Uint8Array(0)] = messagesIn(info, 1);
      return numberIn(delay, 1) * 1000 + numberIn(delay, 2) / 1e6;
    }
  } catch {
    // Malformed: as good as none.
  }
  return undefined;
}

/** Records of an `ExportLogsServiceResponse` that were refused for good, and why. */
export function rejectedIn(response: Uint8Array): { count: number; message: string } {
  const [partial] = messagesIn(response, 1);
  if (partial === undefined) return { count: 0, message: '' };
  const [message = new Uint8Array(0)] = messagesIn(partial, 2);
  return { count: numberIn(partial, 1), message: new TextDecoder().decode(message) };
}

/** Values with a length of one field of a message. */
function messagesIn(bytes: Uint8Array, field: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((field << 3) | 2)) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
}

/** The last varint of one field; 0 where it is left out. */
function numberIn(bytes: Uint8Array, field: number): number {
  const reader = protobuf.Reader.create(bytes);
  let value = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === field << 3) value = Number(reader.int64());
    else reader.skipType(tag & 7);
  }
  return value;
}
