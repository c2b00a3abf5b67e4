import type { MetricsSnapshot } from './metrics-snapshot.ts';

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** A metric that is read off the parts at each scrape. */
export interface SnapshotMetric {
  type: 'counter' | 'gauge';
  /** Without the prefix. */
  name: string;
  help: string;
  labelNames: readonly string[];
  /** A plain number where there are no labels. */
  samples: (snapshot: MetricsSnapshot) => number | Sample[];
}

type Read = SnapshotMetric['samples'];

export function counter(name: string, help: string, samples: Read, ...labelNames: string[]): SnapshotMetric {
  return { type: 'counter', name, help, labelNames, samples };
}

export function gauge(name: string, help: string, samples: Read, ...labelNames: string[]): SnapshotMetric {
  return { type: 'gauge', name, help, labelNames, samples };
}

/** One sample a member, the member's name as the label. */
export function labelled(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
}

export function optional(value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ labels: {}, value }];
}
