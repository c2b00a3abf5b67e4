import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { shownText } from '../../outgoing/vendor-message.ts';
import type { SendResult, Sink } from '../sink.ts';
import { encodeAlerts } from './alert-records.ts';
import { OTLP_BATCH_MAX, partialSuccess } from './otlp-http-sink.ts';

export interface OtlpGrpcOptions {
  /** host:port. */
  target: string;
  usesTls: boolean;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  secrets: readonly string[];
  nowMs(): number;
}

const EXPORT = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
/** The message is what is wrong. */
const REFUSED: ReadonlySet<number> = new Set([status.INVALID_ARGUMENT, status.OUT_OF_RANGE]);
const asIs = (bytes: Buffer) => bytes;

/** A Collector, or whatever takes OTLP logs, over gRPC. Refusals are retried as OTLP says, after what RetryInfo asks for. */
export function createOtlpGrpcSink(options: OtlpGrpcOptions): Sink {
  const { target, usesTls, timeoutMs, nowMs } = options;
  const client = new Client(target, usesTls ? credentials.createSsl() : credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': 500,
    'grpc.max_reconnect_backoff_ms': 10_000,
  });
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(options.headers)) metadata.set(name, value);
  return {
    batchMax: OTLP_BATCH_MAX,
    send: (alerts, signal) =>
      new Promise<SendResult>((resolve) => {
        const cancel = () => call.cancel();
        const call = client.makeUnaryRequest(
          EXPORT,
          asIs,
          asIs,
          Buffer.from(encodeAlerts(alerts)),
          metadata,
          { deadline: nowMs() + timeoutMs },
          (error, answer) => {
            signal.removeEventListener('abort', cancel);
            resolve(error === null ? (partialSuccess(answer) ?? { outcome: 'delivered' }) : failure(error, options));
          },
        );
        signal.addEventListener('abort', cancel, { once: true });
      }),
    async close() {
      client.close();
    },
  };
}

function failure(error: ServiceError, { target, secrets }: OtlpGrpcOptions): SendResult {
  const words = shownText(error.details, secrets) ?? '';
  const said = { error: `${target} answered ${status[error.code]}`, words };
  if (REFUSED.has(error.code)) return { outcome: 'refused', ...said };
  const retryAfterMs = retryInfoMs(error);
  return { outcome: 'failed', ...said, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** `google.rpc.RetryInfo` in the status details: the text of its type is followed by its bytes, a duration. */
function retryInfoMs({ metadata }: ServiceError): number | undefined {
  const [details] = metadata.get('grpc-status-details-bin');
  if (!(details instanceof Uint8Array)) return undefined;
  const type = Buffer.from('google.rpc.RetryInfo');
  const at = Buffer.from(details).indexOf(type);
  if (at < 0) return undefined;
  // Any.value (0x12, length), RetryInfo.retry_delay (0x0a, length), Duration.seconds (0x08, varint).
  const rest = Buffer.from(details).subarray(at + type.length);
  if (rest[0] !== 0x12 || rest[2] !== 0x0a || rest[4] !== 0x08) return undefined;
  let seconds = 0;
  for (let i = 5, shift = 0; i < rest.length && shift <= 28; i++, shift += 7) {
    seconds += (rest[i]! & 0x7f) * 2 ** shift;
    if (rest[i]! < 0x80) return seconds * 1000;
  }
  return undefined;
}
