import { REASONS } from '../domain/anomaly.ts';
import { counter, gauge, labelled, optional } from './snapshot-metric.ts';
import type { SnapshotMetric } from './snapshot-metric.ts';

/** What is scored and found, and what is held for it. */
export const LIVE_METRICS: readonly SnapshotMetric[] = [
  counter('log_records_scored_total', 'Log records scored.', (s) => s.stats.recordsScored),
  gauge(
    'event_time_lag_seconds',
    'How far the newest time of a log record lies behind the clock, in seconds; grows while none comes.',
    (s) => optional(s.eventTimeLagSeconds),
  ),
  counter(
    'service_log_records_total',
    'Log records scored, of the busiest services by name and of all others together.',
    (s) => s.services.map(({ service, records }) => ({ labels: { service }, value: records })),
    'service',
  ),
  counter(
    'service_anomalies_total',
    'Anomalies, of the busiest services by name and of all others together.',
    (s) => s.services.map(({ service, anomalies }) => ({ labels: { service }, value: anomalies })),
    'service',
  ),
  counter(
    'anomalies_total',
    'Anomalous log records by reason; one with two reasons counts in both.',
    (s) => REASONS.map((reason) => ({ labels: { reason }, value: s.stats[reason] })),
    'reason',
  ),
  counter(
    'anomalies_expected_total',
    'Anomalies that stayed quiet because a user expects their template.',
    (s) => s.stats.anomaliesExpected,
  ),
  gauge('services', 'Services that have a model.', (s) => s.stats.services),
  gauge('learning_services', 'Services in their learning phase.', (s) => s.stats.learningServices),
  counter('services_evicted_total', 'Idle services that made room for new ones.', (s) => s.stats.servicesEvicted),
  gauge('tenant_models', 'Models that tenants have trained, one a service.', (s) => s.stats.tenantModels),
  counter(
    'tenant_models_evicted_total',
    'Models of tenants that made room for others.',
    (s) => s.stats.tenantModelsEvicted,
  ),
  counter(
    'overflow_records_total',
    'Log records scored by the model for services without a place.',
    (s) => s.stats.overflowRecords,
  ),
  gauge('templates', 'Templates held over all services.', (s) => s.stats.templates),
  counter(
    'templates_evicted_total',
    'Templates dropped at the limit of their service.',
    (s) => s.stats.templatesEvicted,
  ),
  gauge('buffer_bytes', 'Size of the rolling buffer.', (s) => s.stats.bufferBytes),
  gauge('buffer_limit_bytes', 'Size that the rolling buffer may have.', (s) => s.bufferLimitBytes),
  gauge('buffer_rows', 'Rows in the rolling buffer.', (s) => s.stats.bufferRows),
  counter(
    'buffer_evicted_rows_total',
    'Rows that left the rolling buffer by age or size.',
    (s) => s.stats.bufferEvictedRows,
  ),
  gauge('window_jobs', 'Windows that are analysed, or wait for it.', (s) => s.windowJobs),
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
];
