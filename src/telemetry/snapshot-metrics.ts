import type { Reason } from '../domain/anomaly.ts';
import { STORE_METRICS } from './store-metrics.ts';
import type { StoreMetrics } from './store-metrics.ts';

/** What the parts have counted since the start, and what they hold now. Bytes, seconds, plain counts. */
export interface MetricsSnapshot {
  recordsReceived: { grpc: number; http: number };
  /** Export requests by transport and outcome: `ok` or the code of the refusal. */
  exportRequests: readonly { transport: 'grpc' | 'http'; outcome: string; count: number }[];
  recordsScored: number;
  anomalies: Record<Reason, number>;
  services: number;
  learningServices: number;
  servicesEvicted: number;
  /** Models that tenants have trained, of a service each. */
  tenantModels: number;
  tenantModelsEvicted: number;
  overflowRecords: number;
  templates: number;
  templatesEvicted: number;
  inFlightBytes: number;
  inFlightLimitBytes: number;
  shardQueueRequests: number;
  bufferBytes: number;
  bufferRows: number;
  bufferEvictedRows: number;
  /** By outcome. */
  retrainings: Readonly<Record<'ok' | 'failed', number>>;
  /** Of the latest retraining; undefined before the first. */
  retrainSeconds: number | undefined;
  lastRetrainTimestampSeconds: number | undefined;
  timestampsClamped: number;
  /** Attributes that senders say they dropped. */
  droppedAttributes: number;
  /** Values that point into a table of strings, which logs do not have. */
  unresolvedValues: number;
  streamSubscribers: number;
  anomaliesExpected: number;
  watchers: number;
  streamGaps: number;
  streamsDropped: number;
  incidentsOpen: number;
  incidentsOpened: number;
  /** Alerts of ours that came back as log records. */
  ownRecords: number;
  sinks: readonly SinkCounts[];
  store: StoreMetrics | undefined;
}

/** What became of the alerts of one sink; sinks are named by who configures them, so their number is known. */
export interface SinkCounts {
  name: string;
  pending: number;
  pendingBytes: number;
  /** Alerts by what became of them, and `failed` calls. */
  counts: Readonly<Record<string, number>>;
}

interface Sample {
  labels: Record<string, string>;
  value: number;
}

export interface SnapshotMetric {
  type: 'counter' | 'gauge';
  /** Without the prefix. */
  name: string;
  help: string;
  labelNames: readonly string[];
  /** A plain number where there are no labels. */
  samples: (snapshot: MetricsSnapshot) => number | Sample[];
}

type Read = SnapshotMetric['samples'];

function counter(name: string, help: string, samples: Read, ...labelNames: string[]): SnapshotMetric {
  return { type: 'counter', name, help, labelNames, samples };
}

function gauge(name: string, help: string, samples: Read, ...labelNames: string[]): SnapshotMetric {
  return { type: 'gauge', name, help, labelNames, samples };
}

/** One sample a member, the member's name as the label. */
function labelled(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

function optional(value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ labels: {}, value }];
}

/**
 * Metrics that are read off the parts at each scrape. No label ever holds the name of a service or a template: there
 * may be any number of them, and they are written by whoever sends logs.
 */
export const SNAPSHOT_METRICS: readonly SnapshotMetric[] = [
  counter(
    'log_records_received_total',
    'Log records that arrived in OTLP requests.',
    (s) => labelled('transport', s.recordsReceived),
    'transport',
  ),
  counter(
    'export_requests_total',
    'OTLP export requests answered, by outcome.',
    (s) => s.exportRequests.map(({ transport, outcome, count }) => ({ labels: { transport, outcome }, value: count })),
    'transport',
    'outcome',
  ),
  counter('log_records_scored_total', 'Log records scored.', (s) => s.recordsScored),
  counter(
    'anomalies_total',
    'Anomalous log records by reason; one with two reasons counts in both.',
    (s) => labelled('reason', s.anomalies),
    'reason',
  ),
  counter(
    'anomalies_expected_total',
    'Anomalies that stayed quiet because a user expects their template.',
    (s) => s.anomaliesExpected,
  ),
  gauge('services', 'Services that have a model.', (s) => s.services),
  gauge('learning_services', 'Services in their learning phase.', (s) => s.learningServices),
  counter('services_evicted_total', 'Idle services that made room for new ones.', (s) => s.servicesEvicted),
  gauge('tenant_models', 'Models that tenants have trained, one a service.', (s) => s.tenantModels),
  counter('tenant_models_evicted_total', 'Models of tenants that made room for others.', (s) => s.tenantModelsEvicted),
  counter(
    'overflow_records_total',
    'Log records scored by the model for services without a place.',
    (s) => s.overflowRecords,
  ),
  gauge('templates', 'Templates held over all services.', (s) => s.templates),
  counter('templates_evicted_total', 'Templates dropped at the limit of their service.', (s) => s.templatesEvicted),
  gauge('in_flight_bytes', 'Bytes of export requests held.', (s) => s.inFlightBytes),
  gauge('in_flight_limit_bytes', 'Bytes of export requests that may be held.', (s) => s.inFlightLimitBytes),
  gauge('shard_queue_requests', 'Requests handed to shards and not answered yet.', (s) => s.shardQueueRequests),
  gauge('buffer_bytes', 'Size of the rolling buffer.', (s) => s.bufferBytes),
  gauge('buffer_rows', 'Rows in the rolling buffer.', (s) => s.bufferRows),
  counter('buffer_evicted_rows_total', 'Rows that left the rolling buffer by age or size.', (s) => s.bufferEvictedRows),
  counter(
    'retrainings_total',
    'Retrainings of the live clusters, by outcome.',
    (s) => labelled('outcome', s.retrainings),
    'outcome',
  ),
  gauge('retrain_seconds', 'Duration of the latest retraining.', (s) => optional(s.retrainSeconds)),
  gauge('last_retrain_timestamp_seconds', 'When the latest retraining began.', (s) =>
    optional(s.lastRetrainTimestampSeconds),
  ),
  counter(
    'timestamps_clamped_total',
    'Log records whose time stamp lay ahead, or further back than the buffer reaches.',
    (s) => s.timestampsClamped,
  ),
  counter(
    'dropped_attributes_total',
    'Attributes that senders say they dropped before sending.',
    (s) => s.droppedAttributes,
  ),
  counter(
    'unresolved_values_total',
    'Values taken as absent because they point into a table of strings that logs do not have.',
    (s) => s.unresolvedValues,
  ),
  gauge('stream_subscribers', 'Readers of live streams over HTTP.', (s) => s.streamSubscribers),
  gauge('watchers', 'Readers of live streams over gRPC.', (s) => s.watchers),
  counter('stream_gaps_total', 'Times that a stream told its reader of entries it has missed.', (s) => s.streamGaps),
  counter(
    'streams_dropped_total',
    'Readers of streams cut off because they had stopped reading.',
    (s) => s.streamsDropped,
  ),
  gauge('incidents_open', 'Incidents that are open.', (s) => s.incidentsOpen),
  counter('incidents_total', 'Incidents opened.', (s) => s.incidentsOpened),
  counter(
    'own_alert_records_total',
    'Log records taken and not scored, as they were our own alerts on their way back.',
    (s) => s.ownRecords,
  ),
  counter(
    'alerts_total',
    'Alerts by sink and what became of them; failed counts calls, which are made again.',
    (s) =>
      s.sinks.flatMap(({ name: sink, counts }) =>
        Object.entries(counts).map(([result, value]) => ({ labels: { sink, result }, value })),
      ),
    'sink',
    'result',
  ),
  gauge(
    'alerts_pending',
    'Alerts that wait for their sink.',
    (s) => s.sinks.map(({ name: sink, pending }) => ({ labels: { sink }, value: pending })),
    'sink',
  ),
  gauge(
    'alerts_pending_bytes',
    'Bytes of the alerts that wait for their sink.',
    (s) => s.sinks.map(({ name: sink, pendingBytes }) => ({ labels: { sink }, value: pendingBytes })),
    'sink',
  ),
  ...STORE_METRICS.map(({ type, name, help, value }): SnapshotMetric => ({
    type,
    name,
    help,
    labelNames: ['store'],
    samples: ({ store }) =>
      store?.databases.map((database) => ({ labels: { store: database.name }, value: value(database) })) ?? [],
  })),
  gauge('store_pending_writes', 'Writes that wait for the disk.', (s) => optional(s.store?.pendingWrites)),
  gauge('store_snapshot_age_seconds', 'Time since a model was kept last, in seconds.', (s) =>
    optional(s.store?.snapshotAgeSeconds),
  ),
];
