import type { MetricsSnapshot } from './metrics-snapshot.ts';
import { counter, gauge } from './snapshot-metric.ts';
import type { Sample, SnapshotMetric } from './snapshot-metric.ts';

type Thread = MetricsSnapshot['shards'][number];

/** The scoring threads, each by its name. */
export const SHARD_METRICS: readonly SnapshotMetric[] = [
  gauge('shard_queue_requests', 'Requests handed to shards and not answered yet.', (s) => s.shardQueueRequests),
  gauge(
    'shard_queue_delay_seconds',
    'How long the oldest request that a shard has not answered has been waiting.',
    ofEach(({ waitedSeconds }) => waitedSeconds),
    'shard',
  ),
  counter(
    'shard_busy_seconds_total',
    'Time that the thread of a shard has been at work, in seconds.',
    ofEach(({ busySeconds }) => busySeconds),
    'shard',
  ),
  gauge(
    'shard_event_loop_delay_p99_seconds',
    'How late the event loop of a shard comes to its timers, 99th percentile of the last minute.',
    ofEach(({ loopDelayP99Seconds }) => loopDelayP99Seconds),
    'shard',
  ),
  gauge(
    'shard_event_loop_delay_max_seconds',
    'How late the event loop of a shard comes to its timers, the most within the last minute.',
    ofEach(({ loopDelayMaxSeconds }) => loopDelayMaxSeconds),
    'shard',
  ),
  counter(
    'shard_restarts_total',
    'Times that the thread of a shard died and was started anew.',
    ofEach(({ restarts }) => restarts),
    'shard',
  ),
];

function ofEach(value: (thread: Thread) => number): (snapshot: MetricsSnapshot) => Sample[] {
  return ({ shards }) => shards.map((thread) => ({ labels: { shard: thread.shard }, value: value(thread) }));
}
