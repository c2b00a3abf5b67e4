import { connectClient, call } from '../receive/grpc-harness.ts';
import type { Answer as GrpcAnswer } from '../receive/grpc-harness.ts';
import { PROTOBUF, send } from '../receive/http-harness.ts';
import { CANARY_HEADERS } from './canary-watch.ts';
import type { RunningHalfspace } from './halfspace.ts';

export { encodeLogs, ERROR, messages } from './encode-logs.ts';
export type { Logs } from './encode-logs.ts';

/** The port at the end of host:port, or of an address. */
export function portOf(address: string): number {
  return Number(/:(\d+)(?:\/|$)/.exec(address)?.[1]);
}

/** A sender over either transport that gives the status as that transport says it: 0 or 200 is OK. */
export interface Sender {
  send(request: Uint8Array, headers?: Record<string, string>): Promise<Sent>;
}

export interface Sent {
  isOk: boolean;
  status: number;
  /** Of RetryInfo or Retry-After, in seconds. */
  retryAfterSeconds: number | undefined;
}

export function grpcSender({ addresses }: RunningHalfspace): Sender {
  const client = connectClient(portOf(addresses.otlp_grpc), undefined, {
    'grpc.enable_retries': 0,
    'grpc.max_send_message_length': -1,
  });
  return {
    async send(request, headers) {
      const answer = await call(client, request, { ...CANARY_HEADERS, ...headers });
      return { isOk: answer.code === 0, status: answer.code, retryAfterSeconds: retryInfoSeconds(answer) };
    },
  };
}

export function httpSender({ addresses }: RunningHalfspace): Sender {
  return {
    async send(request, headers) {
      const answer = await send(addresses.otlp_http, Buffer.from(request), {
        headers: { 'content-type': PROTOBUF, ...CANARY_HEADERS, ...headers },
      });
      const retryAfter = answer.headers['retry-after'];
      return {
        isOk: answer.status === 200,
        status: answer.status,
        retryAfterSeconds: retryAfter === undefined ? undefined : Number(retryAfter),
      };
    },
  };
}

/** Of `google.rpc.Status` in the trailers: Any { type_url, RetryInfo { Duration { seconds } } }. */
function retryInfoSeconds({ metadata }: GrpcAnswer): number | undefined {
  const [details] = metadata.get('grpc-status-details-bin');
  if (!(details instanceof Buffer)) return undefined;
  const typeUrl = 'type.googleapis.com/google.rpc.RetryInfo';
  const at = details.indexOf(typeUrl);
  if (at < 0) return undefined;
  // value (2) of the Any > retry_delay (1) of the RetryInfo > seconds (1) of the Duration
  const [valueTag, , delayTag, , secondsTag, seconds] = details.subarray(at + typeUrl.length);
  return valueTag === 0x12 && delayTag === 0x0a && secondsTag === 0x08 ? seconds : undefined;
}
