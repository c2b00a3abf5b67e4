import type { LevelIndex } from '../../domain/level.ts';

/** Rows of a group that come as they are: as many as a cluster shows. */
export const GROUP_SAMPLES_MAX = 10;
/** Stretches of equal width that the time of a window is cut into, from its first row to its last. */
export const GROUP_BUCKETS_MAX = 64;
export const GROUP_BUCKET_MS_MIN = 1000;

/** Rows of one service and one level that any miner has to treat alike, counted by the store. */
export interface RowGroup {
  /** By which the store can be asked for the group's rows. */
  key: string;
  service: string;
  level: LevelIndex;
  count: number;
  /** Epoch milliseconds of the last one. */
  lastMs: number;
  /** The first ones in the order (time, message, by their bytes): {@link GROUP_SAMPLES_MAX}, or all where there are fewer. */
  samples: readonly { timestampMs: number; message: string }[];
  /** Rows in each bucket of the window. */
  bucketCounts: readonly number[];
}

/** Takes a window that its store has counted. */
export interface GroupSink {
  /** Called first: times of the window's first and last rows, and how many it has. Groups of an earlier try are dropped. */
  begin(firstMs: number, lastMs: number, rows: number): void;
  /** Throws `GroupsUnsettled` when it cannot take as much. */
  add(group: RowGroup): void;
}

/**
 * Why a window cannot be answered for by its groups: the answer might be another than that of its rows, which have to
 * be pulled instead. The message is a sentence for users.
 */
export class GroupsUnsettled extends Error {
  override readonly name = 'GroupsUnsettled';
}
