import type { Level } from './level.ts';
import type { LogRow } from './row.ts';

/** Template of the cluster that counts the rows of templates which a service had to give up. */
export const OVERFLOW_TEMPLATE = '<overflow>';

/** One (service, template) pair of an analysed window. */
export interface Cluster {
  /** Unique in the answer, from 1, in the order of the answer. */
  id: number;
  fingerprint: string;
  /** Fingerprints that it had, or that templates it took in had; absent when there are none. */
  aliases?: string[];
  name: string;
  service: string;
  /** Layout coordinates, 5 to 95. */
  x: number;
  y: number;
  /** 8 to 50, by log of the count. */
  size: number;
  color: string;
  logCount: number;
  isAnomaly: boolean;
  /** Isolation Forest score in [0, 1], high is anomalous; of the reference profile scaled to [0, 1] in the service. */
  avgScore: number;
  /** Epoch milliseconds. */
  firstSeen: number;
  lastSeen: number;
  template: string;
  /** At most ten sample rows. */
  logs: LogRow[];
  levels: Partial<Record<Level, number>>;
  /**
   * Variance over mean of its rows in equal parts of the window: 1 is chance, n about n rows at a time. Absent where the
   * window is too short to tell.
   */
  dispersion?: number;
  /** Rows in each of at most 64 equal parts of the time from the window's first row to its last; where asked for. */
  series?: number[];
  /** Mean path length, rounded; on anomalous clusters only. */
  isolationDepth?: number;
}

/** The answer over a window, before REST adds the window's own fields. */
export interface WindowAnalysis {
  log_count: number;
  cluster_count: number;
  truncated: boolean;
  clusters: Cluster[];
}
