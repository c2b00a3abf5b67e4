import type { Security } from './security.ts';
import type { Config } from '../config/config.ts';
import type { ExportCounts } from './export-counts.ts';
import { JsonTranscoder } from '../live/json-transcoder.ts';
import type { Router } from '../live/router.ts';
import { createAuthenticator } from '../receive/authenticator.ts';
import type { ByteBudget } from '../receive/byte-budget.ts';
import { startOtlpGrpc } from '../receive/otlp-grpc.ts';
import type { GrpcReceiver } from '../receive/otlp-grpc.ts';
import { startOtlpHttp } from '../receive/otlp-http.ts';
import type { Receiver, ReceiverOptions } from '../receive/receiver.ts';
import type { StatusAnswer } from '../serve/schemas/health.ts';
import type { Stops } from './stops.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Where senders are to send, and what they need for it, for `GET /status`. */
export function receiversAnswer(
  { listen, security }: Config,
  { grpc, http }: { grpc: Receiver; http: Receiver },
): NonNullable<StatusAnswer['receivers']> {
  const { signingSecret, bearerTokens, tls } = security;
  return {
    otlp_grpc_port: grpc.port,
    otlp_http_port: http.port,
    otlp_http_path: listen.otlpHttpPath,
    tls: tls !== undefined,
    client_certificate: tls?.clientCaFile !== undefined,
    token: signingSecret !== undefined || bearerTokens.length > 0,
  };
}

/** Both receivers stop at the same time, so that together they take one grace and not two. */
export async function startReceiving(
  { listen, security, receive }: Config,
  { senders, certificate }: Security,
  {
    router,
    budget,
    counts,
    metrics,
    onPipelineOver,
  }: {
    router: Router;
    budget: ByteBudget;
    counts: ExportCounts;
    metrics: Pick<Metrics, 'requestScored'>;
    onPipelineOver(): void;
  },
  stops: Stops,
): Promise<{ grpc: GrpcReceiver; http: Receiver }> {
  const common: Omit<ReceiverOptions, 'port' | 'intake'> = {
    host: listen.host,
    budget,
    auth: createAuthenticator(senders),
    tls: certificate,
    requestBytesMax: receive.requestBytesMax,
    receiveTimeoutMs: receive.receiveTimeoutMs,
    connectionsMax: receive.connectionsMax,
    onEvent: (event) => counts.add(event),
  };
  const transcoder = new JsonTranscoder();
  stops.push(() => transcoder.close());
  const receivers: Receiver[] = [];
  stops.push(async (graceMs) => {
    await Promise.all(receivers.map((receiver) => receiver.stop(graceMs)));
  });
  const intake = counts.counting('grpc', router, metrics.requestScored);
  const grpc = await startOtlpGrpc({ ...common, port: listen.otlpGrpcPort, intake, streamsMax: receive.streamsMax });
  receivers.push(grpc);
  const http = await startOtlpHttp({
    ...common,
    port: listen.otlpHttpPort,
    path: listen.otlpHttpPath,
    intake: counts.counting('http', router, metrics.requestScored),
    corsAllowedOrigins: security.corsAllowedOrigins,
    transcodeJson: (body) => transcoder.transcode(body),
    onPipelineOver,
  });
  receivers.push(http);
  return { grpc, http };
}
