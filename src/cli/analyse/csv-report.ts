import { LEVELS } from '../../domain/level.ts';
import { csvLine } from '../../domain/csv-line.ts';
import type { Analysed } from './analysed.ts';

const COLUMNS = ['service', 'template', 'fingerprint', 'lines', 'is_anomaly', 'score', 'first_seen', 'last_seen'];

/** Lines of CSV after RFC 4180, the header first; times are ISO 8601. */
export function csvReport({ clusters }: Analysed): string[] {
  const rows = clusters.map((cluster) => [
    cluster.service,
    cluster.template,
    cluster.fingerprint,
    cluster.logCount,
    cluster.isAnomaly,
    cluster.avgScore,
    new Date(cluster.firstSeen).toISOString(),
    new Date(cluster.lastSeen).toISOString(),
    ...LEVELS.map((level) => cluster.levels[level] ?? 0),
    cluster.x,
    cluster.y,
  ]);
  return [[...COLUMNS, ...LEVELS, 'x', 'y'], ...rows].map(csvLine);
}
