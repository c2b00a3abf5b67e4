import { storeMetrics } from './app-store.ts';
import type { Kept } from './app-store.ts';
import { countsByReason } from './domain/anomaly.ts';
import type { ExportCounts } from './export-counts.ts';
import type { AlertPath } from './live/alert-path.ts';
import type { IncidentLog } from './live/incident-log.ts';
import type { Retraining } from './live/retraining.ts';
import type { Router } from './live/router.ts';
import type { ShardSet } from './live/shard-set.ts';
import type { ByteBudget } from './receive/byte-budget.ts';
import type { RestServer } from './serve/rest-server.ts';
import type { StatusAnswer } from './serve/schemas/health.ts';
import type { AlertSinks } from './sinks/alert-sinks.ts';
import type { MetricsSnapshot } from './telemetry/snapshot-metrics.ts';

/** Gathers what the parts have counted. */
export function readMetrics({
  shards,
  retraining,
  budget,
  counts,
  streams,
  watchers,
  incidentLog,
  alerts,
  late,
  kept,
}: {
  shards: ShardSet;
  retraining: Retraining;
  budget: ByteBudget;
  counts: ExportCounts;
  streams: StreamCounts;
  watchers: { source: { watchers: number } };
  incidentLog: IncidentLog;
  alerts: AlertPath;
  late: LateParts;
  kept: Kept | undefined;
}): MetricsSnapshot {
  const stats = shards.stats();
  return {
    recordsReceived: counts.records,
    exportRequests: counts.requests(),
    recordsScored: stats.recordsScored,
    anomalies: countsByReason((reason) => stats[reason]),
    anomaliesExpected: stats.anomaliesExpected,
    services: stats.services,
    learningServices: stats.learningServices,
    servicesEvicted: stats.servicesEvicted,
    tenantModels: stats.tenantModels,
    tenantModelsEvicted: stats.tenantModelsEvicted,
    overflowRecords: stats.overflowRecords,
    templates: stats.templates,
    templatesEvicted: stats.templatesEvicted,
    inFlightBytes: budget.bytesUsed,
    inFlightLimitBytes: budget.bytesMax,
    shardQueueRequests: shards.pendingCalls,
    bufferBytes: stats.bufferBytes,
    bufferRows: stats.bufferRows,
    bufferEvictedRows: stats.bufferEvictedRows,
    retrainings: retraining.runs,
    retrainSeconds: retraining.current?.seconds,
    lastRetrainTimestampSeconds: retraining.current === undefined ? undefined : retraining.current.trainedAt / 1000,
    timestampsClamped: stats.timestampsClamped,
    droppedAttributes: stats.droppedAttributes,
    unresolvedValues: stats.unresolvedValues,
    streamSubscribers: streams.source.subscribers,
    watchers: watchers.source.watchers,
    streamGaps: streams.source.gaps,
    streamsDropped: streams.source.dropped,
    incidentsOpen: incidentLog.openCount,
    incidentsOpened: alerts.opened,
    ownRecords: late.router?.ownRecords ?? 0,
    sinks: late.sinks?.statuses() ?? [],
    store: storeMetrics(kept),
  };
}

/** Parts that metrics and status read and that are made after them. */
export interface LateParts {
  router?: Router;
  sinks?: AlertSinks | undefined;
  receivers?: StatusAnswer['receivers'];
}

/** Read by metrics, which exist before the streams do. */
export class StreamCounts {
  source: RestServer['stream'] = { subscribers: 0, gaps: 0, dropped: 0 };
}
