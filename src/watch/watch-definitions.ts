import { fileURLToPath } from 'node:url';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** A request as proto-loader decodes it. */
export interface WatchRequest {
  feed: 'FEED_UNSPECIFIED' | 'FEED_ANOMALIES' | 'FEED_INCIDENTS';
  services: string[];
  reasons: string[];
  min_score: number;
  /** Decimal; absent when it was not set. */
  after?: string;
}

/** An event as proto-loader encodes it; 64-bit numbers are decimal texts. */
export type WatchEvent = { position: string } & (
  | { anomaly: object }
  | { incident: object }
  | { gap: { missed: string } }
  | { heartbeat: object }
);

type AlertService = ServiceDefinition & { Watch: MethodDefinition<WatchRequest, WatchEvent> };

/** `AlertService` as grpc-js takes it, for servers and clients alike. */
export function loadAlertService(): AlertService {
  const definitions = loadSync('halfspace/v1/alerts.proto', {
    includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url))],
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  return definitions['halfspace.v1.AlertService'] as unknown as AlertService;
}
