import type { ClustersAnswer } from '../../serve/schemas/clusters.ts';
import { dayAndTime, short, whole } from '../ui/format.ts';
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
      title: 'Verdict',
      order: ({ isAnomaly, avgScore }) => Number(isAnomaly) * 10 + avgScore,
      cell: ({ isAnomaly, avgScore }) =>
        isAnomaly ? <span class="badge bad">apart</span> : <span class="muted">{short(avgScore)}</span>,
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
