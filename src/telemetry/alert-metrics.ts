import { counter, gauge } from './snapshot-metric.ts';
import type { SnapshotMetric } from './snapshot-metric.ts';

/** How what is found reaches people: incidents, streams, sinks. */
export const ALERT_METRICS: readonly SnapshotMetric[] = [
  gauge('incidents_open', 'Incidents that are open.', (s) => s.incidentsOpen),
  counter('incidents_total', 'Incidents opened.', (s) => s.incidentsOpened),
  gauge('stream_subscribers', 'Readers of live streams over HTTP.', (s) => s.streamSubscribers),
  gauge('watchers', 'Readers of live streams over gRPC.', (s) => s.watchers),
  counter('stream_gaps_total', 'Times that a stream told its reader of entries it has missed.', (s) => s.streamGaps),
  counter(
    'streams_dropped_total',
    'Readers of streams cut off because they had stopped reading.',
    (s) => s.streamsDropped,
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
];
