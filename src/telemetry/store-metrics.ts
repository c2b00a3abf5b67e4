import type { MetricsSnapshot, StoreDatabase } from './metrics-snapshot.ts';
import { counter, gauge, optional } from './snapshot-metric.ts';
import type { Sample, SnapshotMetric } from './snapshot-metric.ts';

/** What is kept on disk, most of it one of each a database; without samples where nothing is kept. */
export const STORE_METRICS: readonly SnapshotMetric[] = [
  gauge(
    'store_ok',
    '1 while all is kept on disk as it should be, else 0.',
    ofEach(({ isOk }) => (isOk ? 1 : 0)),
    'store',
  ),
  gauge(
    'store_bytes',
    'Bytes of the database.',
    ofEach(({ bytes }) => bytes),
    'store',
  ),
  counter(
    'store_commits_total',
    'Transactions on disk.',
    ofEach(({ commits }) => commits),
    'store',
  ),
  counter(
    'store_commit_seconds_total',
    'Time that transactions took, the wait for the disk included, in seconds.',
    ofEach(({ commitSeconds }) => commitSeconds),
    'store',
  ),
  counter(
    'store_failures_total',
    'Attempts to write that failed; what was to be written waits in memory.',
    ofEach(({ failures }) => failures),
    'store',
  ),
  counter(
    'store_lost_writes_total',
    'Writes that waited for the disk until there was no more room for them.',
    ofEach(({ lost }) => lost),
    'store',
  ),
  counter(
    'store_damaged_files_total',
    'Damaged or foreign files that were put aside.',
    ofEach(({ damages }) => damages),
    'store',
  ),
  counter(
    'store_damaged_rows_total',
    'Models and live clusters that were passed over, as they are not what was written.',
    ofEach(({ damagedRows }) => damagedRows),
    'store',
  ),
  gauge('store_pending_writes', 'Writes that wait for the disk.', (s) => optional(s.store?.pendingWrites)),
  gauge('store_snapshot_age_seconds', 'Time since a model was kept last, in seconds.', (s) =>
    optional(s.store?.snapshotAgeSeconds),
  ),
];

function ofEach(value: (database: StoreDatabase) => number): (snapshot: MetricsSnapshot) => Sample[] {
  return ({ store }) =>
    store?.databases.map((database) => ({ labels: { store: database.name }, value: value(database) })) ?? [];
}
