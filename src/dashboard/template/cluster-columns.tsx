import type { ClustersAnswer } from '../../serve/schemas/clusters.ts';
import { dayAndTime, twoDigits, whole } from '../ui/format.ts';
import type { Column } from '../ui/long-table.tsx';
import { Level } from '../ui/parts.tsx';
import { condense, Sparkline } from '../ui/sparkline.tsx';

export type Cluster = ClustersAnswer['clusters'][number];

const CELL_CHARS = 300;
const BARS = 40;
const WORST_FIRST = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export function worstLevel({ levels }: Cluster): (typeof WORST_FIRST)[number] {
  return WORST_FIRST.find((level) => (levels[level] ?? 0) > 0) ?? 'info';
}

/** What the Isolation Forest has found. */
export function scoreWords(score: number): string {
  return `${twoDigits(score)} of 1 in the Isolation Forest, which has 0.5 for what is like all others`;
}

/** Columns of a table of templates; `onPick` shows one. */
export function clusterColumns(onPick: (cluster: Cluster) => void): Column<Cluster>[] {
  return [
    {
      name: 'template',
      title: 'Template',
      order: ({ template }) => template,
      cell: (cluster) => (
        <button
          type="button"
          class="row-link"
          title={cluster.template.slice(0, CELL_CHARS)}
          onClick={() => onPick(cluster)}
        >
          {cluster.template.slice(0, CELL_CHARS) || '(empty line)'}
        </button>
      ),
    },
    { name: 'service', title: 'Service', order: ({ service }) => service, cell: ({ service }) => service.slice(0, 60) },
    {
      name: 'level',
      title: 'Level',
      order: (cluster) => WORST_FIRST.length - WORST_FIRST.indexOf(worstLevel(cluster)),
      cell: (cluster) => <Level level={worstLevel(cluster)} />,
    },
    {
      name: 'apart',
      title: 'Score',
      order: ({ isAnomaly, avgScore }) => Number(isAnomaly) * 10 + avgScore,
      cell: ({ isAnomaly, avgScore }) =>
        isAnomaly ? (
          <span class="badge bad" title={scoreWords(avgScore)}>
            apart, {twoDigits(avgScore)}
          </span>
        ) : (
          <span class="muted" title={scoreWords(avgScore)}>
            {twoDigits(avgScore)}
          </span>
        ),
    },
    {
      name: 'series',
      title: 'Over time',
      cell: ({ series, logCount }) =>
        series === undefined ? (
          ''
        ) : (
          <Sparkline counts={condense(series, BARS)} label={`${whole(logCount)} rows over time`} />
        ),
    },
    {
      name: 'rows',
      title: 'Rows',
      isNumber: true,
      order: ({ logCount }) => logCount,
      cell: ({ logCount }) => whole(logCount),
    },
    {
      name: 'first',
      title: 'First seen',
      isNumber: true,
      order: ({ firstSeen }) => firstSeen,
      cell: ({ firstSeen }) => dayAndTime(firstSeen),
    },
  ];
}
