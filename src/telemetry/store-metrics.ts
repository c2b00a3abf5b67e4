/** What the store has counted and how it stands, one of each a database; undefined where nothing is kept. */
export interface StoreMetrics {
  databases: readonly {
    name: string;
    isOk: boolean;
    bytes: number;
    commits: number;
    commitSeconds: number;
    failures: number;
    lost: number;
    damages: number;
    damagedRows: number;
  }[];
  pendingWrites: number;
  /** Since a model was kept last; undefined before the first. */
  snapshotAgeSeconds: number | undefined;
}

type Database = StoreMetrics['databases'][number];

/** The metrics of the store, by name: what they say, and where it stands. */
export const STORE_METRICS: readonly {
  type: 'counter' | 'gauge';
  name: string;
  help: string;
  value: (database: Database) => number;
}[] = [
  {
    type: 'gauge',
    name: 'store_ok',
    help: '1 while all is kept on disk as it should be, else 0.',
    value: ({ isOk }) => (isOk ? 1 : 0),
  },
  { type: 'gauge', name: 'store_bytes', help: 'Bytes of the database.', value: ({ bytes }) => bytes },
  { type: 'counter', name: 'store_commits_total', help: 'Transactions on disk.', value: ({ commits }) => commits },
  {
    type: 'counter',
    name: 'store_commit_seconds_total',
    help: 'Time that transactions took, the wait for the disk included, in seconds.',
    value: ({ commitSeconds }) => commitSeconds,
  },
  {
    type: 'counter',
    name: 'store_failures_total',
    help: 'Attempts to write that failed; what was to be written waits in memory.',
    value: ({ failures }) => failures,
  },
  {
    type: 'counter',
    name: 'store_lost_writes_total',
    help: 'Writes that waited for the disk until there was no more room for them.',
    value: ({ lost }) => lost,
  },
  {
    type: 'counter',
    name: 'store_damaged_files_total',
    help: 'Damaged or foreign files that were put aside.',
    value: ({ damages }) => damages,
  },
  {
    type: 'counter',
    name: 'store_damaged_rows_total',
    help: 'Models and live clusters that were passed over, as they are not what was written.',
    value: ({ damagedRows }) => damagedRows,
  },
];
