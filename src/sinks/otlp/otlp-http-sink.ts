import { gzipSync } from 'node:zlib';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { HttpPost } from '../http-post.ts';
import type { SendResult, Sink } from '../sink.ts';
import { encodeAlerts } from './alert-records.ts';

export const OTLP_BATCH_MAX = 512;

/** A Collector, or whatever takes OTLP logs, over HTTP with protobuf and gzip. */
export function createOtlpHttpSink({ post }: { post: HttpPost }): Sink {
  return {
    batchMax: OTLP_BATCH_MAX,
    async send(alerts, signal) {
      const result = await post.send(
        gzipSync(encodeAlerts(alerts)),
        { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
        signal,
      );
      if (result.outcome !== 'delivered') return result;
      return partialSuccess(result.body) ?? { outcome: 'delivered', status: result.status ?? 200 };
    },
    close: () => post.close(),
  };
}

/** What a receiver took only in part must not be sent again (OTLP, partial success). */
export function partialSuccess(answer: Uint8Array | undefined): SendResult | undefined {
  if (answer === undefined || answer.length === 0) return undefined;
  try {
    const { partialSuccess: partial } = ProtobufLogsSerializer.deserializeResponse(answer);
    const rejected = partial?.rejectedLogRecords ?? 0;
    if (rejected === 0) return undefined;
    const words = (partial?.errorMessage ?? '').slice(0, 200);
    return { outcome: 'refused', error: `the receiver rejected ${rejected} records`, words };
  } catch {
    // An answer that says 200 and is no message of OTLP: a proxy's, perhaps; the records were taken.
    return undefined;
  }
}
