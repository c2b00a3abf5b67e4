import type { LogRow } from '../domain/row.ts';
import type { TimeBuckets } from './time-buckets.ts';

/** All rows of one service that share a template. */
export interface TemplateGroup {
  service: string;
  template: string;
  /** What its fingerprint is a hash of. */
  identity: string;
  /** Identities that it had, or that templates it took in had. */
  aliases: readonly string[];
  tokenCount: number;
  /** The miner's id: order of creation, unique in the service. */
  templateOrder: number;
  /** Whether it counts what templates without a place of their own had: no template itself. */
  isOverflow: boolean;
  logCount: number;
  /** Rows per level, by level index. */
  levelCounts: Uint32Array;
  /** Epoch milliseconds. */
  firstSeen: number;
  lastSeen: number;
  times: TimeBuckets;
  samples: LogRow[];
}
