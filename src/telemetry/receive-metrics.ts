import { counter, gauge, labelled } from './snapshot-metric.ts';
import type { SnapshotMetric } from './snapshot-metric.ts';

/** What comes in, and how it is answered. */
export const RECEIVE_METRICS: readonly SnapshotMetric[] = [
  gauge('ready', '1 while logs are taken, else 0.', ({ isReady }) => (isReady ? 1 : 0)),
  counter(
    'log_records_received_total',
    'Log records that arrived in OTLP requests.',
    (s) => labelled('transport', s.recordsReceived),
    'transport',
  ),
  counter(
    'received_bytes_total',
    'Bytes of OTLP requests as they came, those refused included.',
    (s) => labelled('transport', s.bytesReceived),
    'transport',
  ),
  counter(
    'export_requests_total',
    'OTLP export requests answered, by outcome.',
    (s) => s.exportRequests.map(({ transport, outcome, count }) => ({ labels: { transport, outcome }, value: count })),
    'transport',
    'outcome',
  ),
  counter(
    'pipelines_ended_total',
    'Connections ended because they had too many requests of HTTP/1.1 under way, by port.',
    (s) => labelled('port', s.pipelinesEnded),
    'port',
  ),
  gauge('in_flight_bytes', 'Bytes of export requests held.', (s) => s.inFlightBytes),
  gauge('in_flight_limit_bytes', 'Bytes of export requests that may be held.', (s) => s.inFlightLimitBytes),
  counter(
    'timestamps_clamped_total',
    'Log records whose time stamp lay ahead, or further back than the buffer reaches.',
    (s) => s.stats.timestampsClamped,
  ),
  counter(
    'dropped_attributes_total',
    'Attributes that senders say they dropped before sending.',
    (s) => s.stats.droppedAttributes,
  ),
  counter(
    'unresolved_values_total',
    'Values taken as absent because they point into a table of strings that logs do not have.',
    (s) => s.stats.unresolvedValues,
  ),
  counter(
    'own_alert_records_total',
    'Log records taken and not scored, as they were our own alerts on their way back.',
    (s) => s.ownRecords,
  ),
];
