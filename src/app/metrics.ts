import type { AppActivity } from './activity.ts';
import type { Analyser } from '../analyse/analyser.ts';
import { storeCounts } from './store.ts';
import type { Failures } from './status.ts';
import type { Kept } from './store.ts';
import type { ExportCounts } from './export-counts.ts';
import type { AlertPath } from '../live/alert-path.ts';
import type { IncidentLog } from '../live/incident-log.ts';
import type { Retraining } from '../live/retraining.ts';
import type { Router } from '../live/router.ts';
import type { ShardSet } from '../live/shard-set.ts';
import type { ByteBudget } from '../receive/byte-budget.ts';
import type { Readiness } from '../serve/engine.ts';
import type { RestServer } from '../serve/rest-server.ts';
import type { StatusAnswer } from '../serve/schemas/health.ts';
import type { AlertSinks } from '../sinks/alert-sinks.ts';
import type { MetricsSnapshot } from '../telemetry/metrics-snapshot.ts';
import type { WatchServer } from '../watch/watch-server.ts';
import { certificateMetrics } from './security.ts';
import type { Security } from './security.ts';

interface CountingParts {
  failures: Failures;
  readiness: Readiness;
  shards: ShardSet;
  activity: AppActivity;
  analyser: Analyser;
  retraining: Retraining;
  budget: ByteBudget;
  counts: ExportCounts;
  streams: CountingStreams;
  incidentLog: IncidentLog;
  alerts: AlertPath;
  late: LateParts;
  pipelinesEnded: MetricsSnapshot['pipelinesEnded'];
  kept: Kept | undefined;
  security: Security;
  bufferLimitBytes: number;
  nowMs(): number;
}

/** Gathers what the parts have counted. */
export function readMetrics(parts: CountingParts): MetricsSnapshot {
  const { shards, retraining, budget, counts, streams, incidentLog, late } = parts;
  const { newestEventMs } = shards;
  return {
    isReady: parts.readiness.ready,
    recordsReceived: counts.records,
    bytesReceived: counts.bytes,
    exportRequests: counts.requests(),
    stats: shards.stats(),
    shards: shards.threads(),
    services: parts.activity.counts(),
    eventTimeLagSeconds: newestEventMs === undefined ? undefined : (parts.nowMs() - newestEventMs) / 1000,
    inFlightBytes: budget.bytesUsed,
    inFlightLimitBytes: budget.bytesMax,
    shardQueueRequests: shards.pendingCalls,
    bufferLimitBytes: parts.bufferLimitBytes,
    windowJobs: parts.analyser.jobs,
    certificate: certificateMetrics(parts.security),
    isReloadOk: !parts.failures.isTroubled('reload'),
    retrainings: retraining.runs,
    retrainSeconds: retraining.current?.seconds,
    lastRetrainTimestampSeconds: retraining.current === undefined ? undefined : retraining.current.trainedAt / 1000,
    streamSubscribers: streams.http.subscribers,
    watchers: streams.grpc.watchers,
    streamGaps: streams.http.gaps + streams.grpc.gaps,
    streamsDropped: streams.http.dropped + streams.grpc.dropped,
    restCallsRefused: late.rest?.refused,
    pipelinesEnded: parts.pipelinesEnded,
    incidentsOpen: incidentLog.openCount,
    incidentsOpened: parts.alerts.opened,
    ownRecords: late.router?.ownRecords ?? 0,
    sinks: late.sinks?.statuses() ?? [],
    store: storeCounts(parts.kept),
  };
}

/** Parts that metrics and status read and that are made after them. */
export interface LateParts {
  router?: Router;
  rest?: Pick<RestServer, 'refused'>;
  sinks?: AlertSinks | undefined;
  receivers?: StatusAnswer['receivers'];
}

/** Readers of live streams; read by metrics, which exist before the streams do. */
export interface CountingStreams {
  http: RestServer['stream'];
  grpc: Pick<WatchServer, 'watchers' | 'gaps' | 'dropped'>;
}

export function noStreams(): CountingStreams {
  return { http: { subscribers: 0, gaps: 0, dropped: 0 }, grpc: { watchers: 0, gaps: 0, dropped: 0 } };
}
