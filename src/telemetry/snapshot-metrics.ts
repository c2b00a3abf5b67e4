import { ALERT_METRICS } from './alert-metrics.ts';
import { CERTIFICATE_METRICS } from './certificate-metrics.ts';
import { LIVE_METRICS } from './live-metrics.ts';
import { RECEIVE_METRICS } from './receive-metrics.ts';
import { REST_METRICS } from './rest-metrics.ts';
import { SHARD_METRICS } from './shard-metrics.ts';
import type { SnapshotMetric } from './snapshot-metric.ts';
import { STORE_METRICS } from './store-metrics.ts';

/**
 * Metrics that are read off the parts at each scrape. No label has a value for each template, tenant or client; services
 * have names up to a bound.
 */
export const SNAPSHOT_METRICS: readonly SnapshotMetric[] = [
  ...RECEIVE_METRICS,
  ...LIVE_METRICS,
  ...SHARD_METRICS,
  ...ALERT_METRICS,
  ...REST_METRICS,
  ...CERTIFICATE_METRICS,
  ...STORE_METRICS,
];
