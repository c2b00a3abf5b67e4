import type { Anomaly, Reason } from '../domain/anomaly.ts';
import type { Incident } from '../domain/incident.ts';
import type { Level } from '../domain/level.ts';

/** Least severe first; the words that PagerDuty and most rules for Alertmanager use. */
export const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** So many services that are ill together make it worse than any one of them. */
const WIDE_SERVICES_MIN = 3;

const BY_LEVEL: Readonly<Record<Level, number>> = { trace: 1, debug: 1, info: 1, warn: 1, error: 2, fatal: 3 };

/**
 * How bad an incident is: by its worst level (fatal is critical, error is error, all else warning), one step more when
 * three services or more are in it. What a user only watches is info. It only ever rises while an incident grows.
 */
export function severityOf({ worst_level: level, reasons, services }: Incident): Severity {
  const step = services.length >= WIDE_SERVICES_MIN ? 1 : 0;
  return severityAt(baseOf(level, reasons) + step);
}

export function severityOfAnomaly({ level, reasons }: Anomaly): Severity {
  return severityAt(baseOf(level, reasons));
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

function baseOf(level: Level, reasons: readonly Reason[]): number {
  const onlyWatched = reasons.length === 1 && reasons[0] === 'watched';
  return onlyWatched && BY_LEVEL[level] === 1 ? 0 : BY_LEVEL[level];
}

function severityAt(rank: number): Severity {
  return SEVERITIES[Math.min(rank, SEVERITIES.length - 1)]!;
}
