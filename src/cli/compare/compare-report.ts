import type { ComparedSide } from '../../analyse/compare-analyses.ts';
import type { Change, ComparedTemplate, Comparison } from '../../domain/comparison.ts';
import { LEVELS } from '../../domain/level.ts';
import type { Screen } from '../command-context.ts';
import { csvLine } from '../../domain/csv-line.ts';
import { counted, rounded, shownTime } from '../terminal/numbers.ts';
import type { Paint } from '../terminal/paint.ts';
import { plotLines, plotRows } from '../terminal/plot.ts';
import { fitted, printable } from '../terminal/printable.ts';
import { tableLines } from '../terminal/table.ts';
import type { Column } from '../terminal/table.ts';
import { isUntimed } from '../window-job.ts';

const SHOWN_MAX = 15;
const COLUMNS_MIN = 40;
const COLUMNS_MAX = 200;
const PLOT_COLUMNS_MAX = 100;

const LOOK: Readonly<Record<Change, { title: string; mark: string; style: Parameters<Paint>[0] }>> = {
  new: { title: 'New', mark: '+', style: ['red', 'bold'] },
  gone: { title: 'Gone', mark: '-', style: ['blue', 'bold'] },
  more: { title: 'More frequent', mark: '▲', style: 'yellow' },
  fewer: { title: 'Less frequent', mark: '▼', style: 'cyan' },
  same: { title: 'The same', mark: '·', style: 'dim' },
};
const CHANGED = ['new', 'gone', 'more', 'fewer'] as const satisfies Change[];

export interface Compared {
  names: [string, string];
  a: ComparedSide;
  b: ComparedSide;
  comparison: Comparison;
  /** Lists all changes. */
  all: boolean;
}

/** Lines for a terminal: what was compared, what has changed, and where on the map. */
export function compareText({ names, a, b, comparison, all }: Compared, { columns, paint }: Screen): string[] {
  const width = Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, columns));
  const { counts, templates } = comparison;
  const said = CHANGED.map((change) => `${counts[change].toLocaleString('en')} ${LOOK[change].title.toLowerCase()}`);
  const lines = [
    `${paint('bold', 'A')} ${sideLine(names[0], a)}`,
    `${paint('bold', 'B')} ${sideLine(names[1], b)}`,
    `${counted(templates.length, 'template')}: ${said.join(', ')}, ${counts.same.toLocaleString('en')} the same`,
  ];
  for (const change of CHANGED) {
    const own = templates.filter((template) => template.change === change);
    if (own.length > 0) lines.push('', ...changeLines(change, own, all, width, paint));
  }
  if (templates.length > 1) lines.push('', ...mapLines(templates, width, paint));
  return lines;
}

function sideLine(name: string, { log_count, startMs, endMs, file }: ComparedSide): string {
  const when =
    endMs > startMs && !isUntimed(log_count, file) ? `, ${shownTime(startMs)} to ${shownTime(endMs)} UTC` : '';
  return `${printable(name)}: ${counted(log_count, 'line')}${when}`;
}

function changeLines(
  change: (typeof CHANGED)[number],
  own: readonly ComparedTemplate[],
  all: boolean,
  width: number,
  paint: Paint,
): string[] {
  const { title, mark, style } = LOOK[change];
  const shown = all ? own : own.slice(0, SHOWN_MAX);
  const hasServices = new Set(own.map(({ service }) => service)).size > 1;
  const columns: Column[] = [
    { title: '', align: 'left' },
    { title: 'lines A', align: 'right' },
    { title: 'lines B', align: 'right' },
    { title: 'rate', align: 'right' },
    { title: 'level', align: 'left' },
    ...(hasServices ? [{ title: 'service', align: 'left' as const }] : []),
    { title: 'template', align: 'left' },
  ];
  const rows = shown.map(({ count_a, count_b, ratio, levels_a, levels_b, service, template }) => {
    const level = LEVELS.findLast((one) => (levels_a[one] ?? 0) + (levels_b[one] ?? 0) > 0) ?? 'info';
    return [
      { text: mark, paint: (text: string) => paint(style, text) },
      { text: count_a.toLocaleString('en') },
      { text: count_b.toLocaleString('en') },
      { text: shownRatio(ratio) },
      { text: level },
      ...(hasServices ? [{ text: fitted(printable(service), 24) }] : []),
      { text: printable(template), paint: (text: string) => paint(style, text) },
    ];
  });
  const [head = '', ...body] = tableLines(columns, rows, width);
  const left = own.length - shown.length;
  return [
    paint('bold', title),
    paint('dim', head),
    ...body,
    ...(left > 0 ? [`and ${left.toLocaleString('en')} more: --all lists them`] : []),
  ];
}

/** `×3.0` for three times as often, `÷3.0` for a third; nothing where one of the windows has none. */
function shownRatio(ratio: number | null): string {
  if (ratio === null || ratio === 0) return '';
  return ratio >= 1 ? `×${rounded(ratio)}` : `÷${rounded(1 / ratio)}`;
}

function mapLines(templates: readonly ComparedTemplate[], width: number, paint: Paint): string[] {
  // What has not changed lies below all else.
  const points = templates.toReversed().map(({ x, y, change }) => {
    const { mark, style } = LOOK[change];
    return { x, y, mark, paint: (text: string) => paint(style, text) };
  });
  const legend = '+ new  - gone  ▲ more frequent  ▼ less frequent  · the same. Templates of like words are near.';
  return [
    paint('bold', 'Map'),
    ...plotLines(points, Math.min(PLOT_COLUMNS_MAX, width - 2), plotRows(points.length)),
    paint('dim', fitted(legend, width)),
  ];
}

const COLUMNS = [
  'change',
  'service',
  'template',
  'fingerprint',
  'count_a',
  'count_b',
  'rate_a',
  'rate_b',
  'ratio',
  'p_value',
] as const satisfies (keyof ComparedTemplate)[];

/** Lines of CSV, the header first; a ratio that there is none of is empty. */
export function compareCsv({ templates }: Comparison): string[] {
  return [csvLine(COLUMNS), ...templates.map((template) => csvLine(COLUMNS.map((column) => template[column] ?? '')))];
}
