import { counter, gauge, labelled, optional } from './snapshot-metric.ts';
import type { SnapshotMetric } from './snapshot-metric.ts';

/** The certificate of the ports; without TLS there are none. */
export const CERTIFICATE_METRICS: readonly SnapshotMetric[] = [
  gauge(
    'tls_certificate_expiry_timestamp_seconds',
    'When the certificate that new connections get stops being valid.',
    ({ certificate }) => optional(certificate?.expiresSeconds),
  ),
  counter(
    'tls_certificate_renewals_total',
    'Renewed certificate files that were read, by outcome.',
    ({ certificate }) => (certificate === undefined ? [] : labelled('outcome', certificate.renewals)),
    'outcome',
  ),
];
