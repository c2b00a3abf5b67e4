import type { ServiceCount } from '../live/service-counters.ts';
import type { ShardThread } from '../live/shard-set.ts';
import type { ShardStatValues } from '../live/shard-stats.ts';
import type { StoreFigures } from '../store/store-protocol.ts';

/** What the parts have counted since the start, and what they hold now. Bytes, seconds, plain counts. */
export interface MetricsSnapshot {
  isReady: boolean;
  recordsReceived: Readonly<Record<'grpc' | 'http', number>>;
  /** Of requests as they came, compressed or not, also of those that were refused. */
  bytesReceived: Readonly<Record<'grpc' | 'http', number>>;
  /** Export requests by transport and outcome: `ok` or the code of the refusal. */
  exportRequests: readonly { transport: 'grpc' | 'http'; outcome: string; count: number }[];
  /** Over all shards. */
  stats: ShardStatValues;
  shards: readonly ShardThread[];
  /** A bounded number. */
  services: readonly ServiceCount[];
  /** Clock against the newest time of a record; undefined before the first. Below 0 where a sender's clock is ahead. */
  eventTimeLagSeconds: number | undefined;
  inFlightBytes: number;
  inFlightLimitBytes: number;
  shardQueueRequests: number;
  bufferLimitBytes: number;
  /** Windows that run or wait. */
  windowJobs: number;
  /** Undefined without TLS. */
  certificate:
    | { expiresSeconds: number; renewals: Readonly<Record<'ok' | 'failed', number>>; isFileOk: boolean }
    | undefined;
  /** Of settings, secrets and the alerts file; true before the first time. */
  isReloadOk: boolean;
  /** By outcome. */
  retrainings: Readonly<Record<'ok' | 'failed', number>>;
  /** Of the latest retraining; undefined before the first. */
  retrainSeconds: number | undefined;
  lastRetrainTimestampSeconds: number | undefined;
  streamSubscribers: number;
  watchers: number;
  streamGaps: number;
  streamsDropped: number;
  /** REST calls refused, by the limit that was reached; undefined before REST has started. */
  restCallsRefused: Readonly<Record<'calls' | 'costlyCalls' | 'wrongSecrets', number>> | undefined;
  /** Connections that ended for having had too many requests of HTTP/1.1 under way, by port. */
  pipelinesEnded: Readonly<Record<'otlp_http' | 'rest', number>>;
  incidentsOpen: number;
  incidentsOpened: number;
  /** Alerts of ours that came back as log records. */
  ownRecords: number;
  sinks: readonly SinkCounts[];
  /** Undefined where nothing is kept. */
  store: StoreCounts | undefined;
}

/** What became of the alerts of one sink; sinks are named by who configures them, so their number is known. */
export interface SinkCounts {
  name: string;
  pending: number;
  pendingBytes: number;
  /** Alerts by what became of them, and `failed` calls. */
  counts: Readonly<Record<string, number>>;
}

export interface StoreCounts {
  databases: readonly StoreDatabase[];
  pendingWrites: number;
  /** Since a model was kept last; undefined before the first. */
  snapshotAgeSeconds: number | undefined;
}

export interface StoreDatabase extends StoreFigures {
  name: string;
  isOk: boolean;
}
