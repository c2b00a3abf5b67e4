import type { Cluster } from '../../domain/cluster.ts';
import { LEVELS } from '../../domain/level.ts';
import type { Level } from '../../domain/level.ts';
import type { Screen } from '../command-context.ts';
import { counted, rounded, shownTime } from '../terminal/numbers.ts';
import { styleOfLevel } from '../terminal/paint.ts';
import type { Paint } from '../terminal/paint.ts';
import { plotLines, plotRows } from '../terminal/plot.ts';
import { fitted, printable } from '../terminal/printable.ts';
import { tableLines } from '../terminal/table.ts';
import type { Column } from '../terminal/table.ts';
import { errorsOf, rateUnit } from './analysed.ts';
import type { Analysed } from './analysed.ts';

const TEMPLATES_SHOWN = 20;
const ANOMALIES_SHOWN = 36;
const COLUMNS_MIN = 40;
const COLUMNS_MAX = 200;
const PLOT_COLUMNS_MAX = 100;
/** Anomalies by the marks that they have on the map. */
const MARKS = '123456789abcdefghijklmnopqrstuvwxyz';

/** Lines for a terminal: what was read, what stands apart, the templates, the map. */
export function textReport(analysed: Analysed, { columns, paint }: Screen, all: boolean): string[] {
  const width = Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, columns));
  const anomalies = analysed.clusters.filter(({ isAnomaly }) => isAnomaly).toSorted(byScore);
  const lines = [...heading(analysed, anomalies.length, paint)];
  if (analysed.clusters.length === 0) return lines;
  if (anomalies.length > 0) lines.push('', ...anomalyLines(anomalies, analysed, all, width, paint));
  lines.push('', ...templateLines(analysed, all, width, paint));
  if (analysed.clusters.length > 1) lines.push('', ...mapLines(analysed.clusters, anomalies, width, paint));
  return lines;
}

function heading(analysed: Analysed, anomalies: number, paint: Paint): string[] {
  const { name, log_count, clusters, startMs, endMs } = analysed;
  const services = new Set(clusters.map(({ service }) => service)).size;
  const when = endMs > startMs ? `, ${shownTime(startMs)} to ${shownTime(endMs)} UTC` : '';
  const apart = anomalies === 0 ? 'none stands apart' : `${anomalies} ${anomalies === 1 ? 'stands' : 'stand'} apart`;
  return [
    paint('bold', printable(name)),
    `${counted(log_count, 'line')} of ${counted(services, 'service')}${when}`,
    `${counted(clusters.length, 'template')}, ${anomalies === 0 ? apart : paint(['red', 'bold'], apart)}`,
  ];
}

function anomalyLines(
  anomalies: readonly Cluster[],
  { isUntimed }: Analysed,
  all: boolean,
  width: number,
  paint: Paint,
): string[] {
  const shown = all ? anomalies : anomalies.slice(0, ANOMALIES_SHOWN);
  const lines = shown.flatMap((cluster, i) => {
    const { service, logCount, avgScore, firstSeen, logs, template } = cluster;
    const level = worstLevel(cluster);
    const first = isUntimed ? '' : `, first ${shownTime(firstSeen)}`;
    const facts = `${counted(logCount, 'line')}${first}, score ${avgScore.toFixed(2)}`;
    const mark = MARKS[i] ?? '+';
    return [
      `${paint(['red', 'bold'], mark)} ${paint(styleOfLevel(level), level)} ${paint('bold', printable(service))} ${paint('dim', facts)}`,
      `  ${fitted(printable(template), width - 2)}`,
      ...logs
        .slice(0, 1)
        .filter(({ message }) => message !== template)
        .map(({ message }) => `  ${paint('dim', fitted(printable(message), width - 2))}`),
    ];
  });
  return [paint('bold', 'What stands apart'), ...lines, ...more(anomalies.length - shown.length)];
}

function templateLines(analysed: Analysed, all: boolean, width: number, paint: Paint): string[] {
  const { clusters, log_count } = analysed;
  const byCount = clusters.toSorted((a, b) => b.logCount - a.logCount || a.id - b.id);
  const shown = all ? byCount : byCount.slice(0, TEMPLATES_SHOWN);
  const hasServices = new Set(clusters.map(({ service }) => service)).size > 1;
  const unit = rateUnit(analysed);
  const columns: Column[] = [
    { title: 'lines', align: 'right' },
    { title: 'share', align: 'right' },
    { title: unit === undefined ? '' : `per ${unit.name}`, align: 'right' },
    { title: 'errors', align: 'right' },
    ...(hasServices ? [{ title: 'service', align: 'left' as const }] : []),
    { title: 'template', align: 'left' },
  ];
  const rows = shown.map((cluster) => {
    const { logCount, isAnomaly, service, template } = cluster;
    return [
      { text: logCount.toLocaleString('en') },
      { text: percent(logCount / log_count) },
      { text: unit === undefined ? '' : rounded(unit.of(logCount)) },
      {
        text: errorsOf(cluster) === 0 ? '' : percent(errorsOf(cluster) / logCount),
        paint: (text: string) => paint('red', text),
      },
      ...(hasServices ? [{ text: fitted(printable(service), 24) }] : []),
      { text: printable(template), paint: (text: string) => (isAnomaly ? paint('red', text) : text) },
    ];
  });
  const [head = '', ...body] = tableLines(columns, rows, width);
  return [paint('bold', 'Templates'), paint('dim', head), ...body, ...more(clusters.length - shown.length)];
}

function mapLines(clusters: readonly Cluster[], anomalies: readonly Cluster[], width: number, paint: Paint): string[] {
  const usual = clusters.filter(({ isAnomaly }) => !isAnomaly).toSorted((a, b) => a.logCount - b.logCount);
  const points = [
    ...usual.map((cluster) => ({
      ...cluster,
      mark: sizeMark(cluster.size),
      paint: (text: string) => paint(errorsOf(cluster) > 0 ? 'yellow' : 'cyan', text),
    })),
    // The first is the most anomalous: it is drawn over the others.
    ...anomalies
      .map((cluster, i) => ({
        ...cluster,
        mark: MARKS[i] ?? '+',
        paint: (text: string) => paint(['red', 'bold'], text),
      }))
      .toReversed(),
  ];
  const legend =
    '· • ● few to many lines; yellow: with errors; 1 2 3: what stands apart. Templates of like words are near.';
  return [
    paint('bold', 'Map'),
    ...plotLines(points, Math.min(PLOT_COLUMNS_MAX, width - 2), plotRows(points.length)),
    paint('dim', fitted(legend, width)),
  ];
}

/** `size` is 8 to 50 by the logarithm of the lines. */
function sizeMark(size: number): string {
  if (size < 20) return '·';
  return size < 35 ? '•' : '●';
}

function byScore(a: Cluster, b: Cluster): number {
  return b.avgScore - a.avgScore || b.logCount - a.logCount || a.id - b.id;
}

function worstLevel({ levels }: Cluster): Level {
  return LEVELS.findLast((level) => (levels[level] ?? 0) > 0) ?? 'info';
}

function more(count: number): string[] {
  return count > 0 ? [`and ${count.toLocaleString('en')} more: --all lists them`] : [];
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 0.1 ? '<0.1 %' : `${value.toFixed(1)} %`;
}
