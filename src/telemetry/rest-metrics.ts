import { counter, labelled } from './snapshot-metric.ts';
import type { SnapshotMetric } from './snapshot-metric.ts';

/** What callers of REST are refused. */
export const REST_METRICS: readonly SnapshotMetric[] = [
  counter(
    'rest_rate_limited_total',
    'REST calls refused because an address made too many, by the limit that was reached.',
    ({ restCallsRefused: refused }) =>
      refused === undefined
        ? []
        : labelled('limit', {
            calls: refused.calls,
            costly_calls: refused.costlyCalls,
            wrong_secrets: refused.wrongSecrets,
          }),
    'limit',
  ),
];
