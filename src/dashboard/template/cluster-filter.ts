import type { Cluster } from './cluster-columns.tsx';
import { worstLevel } from './cluster-columns.tsx';

/** What the table is narrowed down to, as it stands in the address. */
export interface ClusterFilter {
  text: string;
  service: string;
  /** Of the worst of its lines. */
  level: string;
  apartOnly: boolean;
  /** First seen in the last so many minutes of the window; 0: whenever. */
  newMinutes: number;
}

export function filterOf(query: Readonly<Record<string, string>>): ClusterFilter {
  return {
    text: query['text'] ?? '',
    service: query['service'] ?? '',
    level: query['level'] ?? '',
    apartOnly: query['apart'] === 'true',
    newMinutes: Number(query['new'] ?? 0) || 0,
  };
}

export function filterClusters(clusters: readonly Cluster[], filter: ClusterFilter, endMs: number): Cluster[] {
  const { service, level, apartOnly, newMinutes } = filter;
  const text = filter.text.toLowerCase();
  return clusters.filter(
    (cluster) =>
      (service === '' || cluster.service === service) &&
      (level === '' || worstLevel(cluster) === level) &&
      (!apartOnly || cluster.isAnomaly) &&
      (newMinutes === 0 || cluster.firstSeen >= endMs - newMinutes * 60_000) &&
      (text === '' || cluster.template.toLowerCase().includes(text) || cluster.fingerprint === text),
  );
}
