import { counter, gauge, labelled, optional } from './snapshot-metric.ts';
import type { SnapshotMetric } from './snapshot-metric.ts';

/** What is renewed while the ports are open; without TLS there is no certificate. */
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
  gauge(
    'tls_certificate_files_ok',
    'Whether the files of the certificate could be used when they were last looked at; 0: the one before is still used.',
    ({ certificate }) => optional(certificate === undefined ? undefined : Number(certificate.isFileOk)),
  ),
  // As Prometheus and Alertmanager call theirs.
  gauge(
    'config_last_reload_successful',
    'Whether what was last read again (SIGHUP, a secret that changed) was taken over.',
    ({ isReloadOk }) => Number(isReloadOk),
  ),
];
