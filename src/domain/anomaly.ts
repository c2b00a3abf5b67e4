import type { Level } from './level.ts';

/** Why a line does not belong; a line is anomalous when it has at least one. */
export const REASONS = ['anomaly_score', 'new_template', 'error_burst'] as const;

export type Reason = (typeof REASONS)[number];

/** One bit a reason, in the order of {@link REASONS}; what the hot path carries. */
export const REASON_BIT = { anomaly_score: 1, new_template: 2, error_burst: 4 } as const satisfies Record<
  Reason,
  number
>;

export function reasonsOf(bits: number): Reason[] {
  return REASONS.filter((_, index) => (bits & (1 << index)) !== 0);
}

/** An anomalous line, as it leaves a shard; `id` is given when it joins the live stream. */
export interface Anomaly {
  is_anomaly: true;
  reasons: Reason[];
  service: string;
  template: string;
  template_id: number;
  fingerprint: string;
  hst_score: number;
  /** Epoch milliseconds. */
  timestamp: number;
  message: string;
  level: Level;
  trace_id?: string;
  span_id?: string;
}
