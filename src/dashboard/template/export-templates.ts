import { csvLine } from '../../domain/csv-line.ts';
import type { ClustersAnswer } from '../../serve/schemas/clusters.ts';

type Cluster = ClustersAnswer['clusters'][number];

const COLUMNS: readonly [name: string, value: (cluster: Cluster) => string | number][] = [
  ['service', ({ service }) => service],
  ['template', ({ template }) => template],
  ['rows', ({ logCount }) => logCount],
  ['stands_apart', ({ isAnomaly }) => String(isAnomaly)],
  ['score', ({ avgScore }) => avgScore],
  ['first_seen', ({ firstSeen }) => new Date(firstSeen).toISOString()],
  ['last_seen', ({ lastSeen }) => new Date(lastSeen).toISOString()],
  [
    'levels',
    ({ levels }) =>
      Object.entries(levels)
        .map(([level, count]) => `${level}:${count}`)
        .join(' '),
  ],
  ['fingerprint', ({ fingerprint }) => fingerprint],
];

/** With a head. */
export function templatesAsCsv(clusters: readonly Cluster[]): string {
  const rows = clusters.map((cluster) => csvLine(COLUMNS.map(([, value]) => value(cluster))));
  return csvLine(COLUMNS.map(([name]) => name)) + rows.join('');
}

export function templatesAsJson(clusters: readonly Cluster[]): string {
  return JSON.stringify(clusters, undefined, 2);
}

/** Hands a file to the browser. */
export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
