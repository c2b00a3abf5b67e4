import type { Cluster } from './cluster.ts';

export const CHANGES = ['new', 'gone', 'more', 'fewer', 'same'] as const;
export type Change = (typeof CHANGES)[number];

/** A template of either of two windows, and how often it came in both. */
export interface ComparedTemplate {
  fingerprint: string;
  service: string;
  template: string;
  change: Change;
  count_a: number;
  count_b: number;
  /** Lines a minute. */
  rate_a: number;
  rate_b: number;
  /** `rate_b` over `rate_a`; null where the first is 0. */
  ratio: number | null;
  /** That so large a difference comes by chance, adjusted for the number of templates. */
  p_value: number;
  levels_a: Cluster['levels'];
  levels_b: Cluster['levels'];
  is_anomaly_a: boolean;
  is_anomaly_b: boolean;
  /** Both windows on one map, 5 to 95. */
  x: number;
  y: number;
}

export interface Comparison {
  counts: Record<Change, number>;
  templates: ComparedTemplate[];
}
