import type { Level } from './level.ts';

/** Why a line, or a service, does not belong; the order is that of the bits. */
export const REASONS = [
  'anomaly_score',
  'new_template',
  'error_burst',
  'rate_spike',
  'rate_drop',
  'severity_shift',
  'parameter_outlier',
  'watched',
] as const;

export type Reason = (typeof REASONS)[number];

/** Those that a detector finds; `watched` is what a user wants to hear of. */
export const DETECTED_REASONS = REASONS.filter((reason) => reason !== 'watched');

/** One bit a reason, in the order of {@link REASONS}; what the hot path carries. */
export const REASON_BIT = {
  anomaly_score: 1,
  new_template: 2,
  error_burst: 4,
  rate_spike: 8,
  rate_drop: 16,
  severity_shift: 32,
  parameter_outlier: 64,
  watched: 128,
} as const satisfies Record<Reason, number>;

export function reasonsOf(bits: number): Reason[] {
  return REASONS.filter((_, index) => (bits & (1 << index)) !== 0);
}

export function bitsOf(reasons: readonly Reason[]): number {
  return reasons.reduce((bits, reason) => bits | REASON_BIT[reason], 0);
}

export function countsByReason(count: (reason: Reason) => number): Record<Reason, number> {
  return Object.fromEntries(REASONS.map((reason) => [reason, count(reason)])) as Record<Reason, number>;
}

export const DETAIL_SCOPES = ['service', 'template'] as const;
export type DetailScope = (typeof DETAIL_SCOPES)[number];

/** The numbers behind one reason. */
export interface ReasonDetail {
  reason: Reason;
  observed: number;
  /** What is usual here. */
  expected: number;
  /** What `observed` and `expected` count, such as "lines in 60 s". */
  unit: string;
  /** Since when it has been so, epoch milliseconds. */
  since: number;
  /** Whether both count lines of the whole service or of one template; absent where they count none. */
  scope?: DetailScope;
  /** Of that template. */
  fingerprint?: string;
}

/** A feature that moved the score, and its usual range in the service (5th and 95th percentile). */
export interface FeatureDetail {
  feature: string;
  value: number;
  low: number;
  high: number;
}

/** Why an anomaly was raised, for people. */
export interface Explanation {
  details: ReasonDetail[];
  /** Strongest first; empty when the score said nothing. */
  features: FeatureDetail[];
  /** The template of usual lines most like this one, and the tokens in which they differ. */
  nearest?: { template: string; fingerprint: string; differences: { usual: string; here: string }[] };
  /** Of the template, epoch milliseconds. */
  first_seen: number;
  last_seen: number;
  /** Lines of the template so far. */
  template_count: number;
  /** Lines alike that raised nothing of their own since the last anomaly of this template. */
  repeats: number;
}

/** An anomaly as it leaves a shard; `id` is given when it joins the live stream. */
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
  explanation?: Explanation;
}
