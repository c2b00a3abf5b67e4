import { createHash } from 'node:crypto';
import type { Cluster } from '../../domain/cluster.ts';
import { errorsOf, rateUnit } from './analysed.ts';
import type { Analysed } from './analysed.ts';
import { REPORT_STYLE } from './report-style.ts';
import { rounded } from '../terminal/numbers.ts';

/** Templates with samples of their lines; of further ones the counts alone, so that a browser still shows the page. */
const DETAILED_MAX = 1000;
const MAP_WIDTH = 1000;
const MAP_HEIGHT = 600;

/**
 * One page that needs nothing else: no request leaves it and no script runs in it, as its Content-Security-Policy has it.
 * Whatever lines hold is shown as text.
 */
export function htmlReport(analysed: Analysed): string {
  const { name, clusters, log_count, startMs, endMs } = analysed;
  const anomalies = clusters.filter(({ isAnomaly }) => isAnomaly).toSorted((a, b) => b.avgScore - a.avgScore);
  const byCount = clusters.toSorted((a, b) => b.logCount - a.logCount || a.id - b.id);
  const styleHash = createHash('sha256').update(REPORT_STYLE).digest('base64');
  const when = endMs > startMs ? `, ${iso(startMs)} to ${iso(endMs)}` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(name)}: what stands apart</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(name)}</h1>
<p>${number(log_count)} lines${when}. ${number(clusters.length)} templates, ${number(anomalies.length)} of them stand apart.</p>
${anomalies.length > 0 ? `<h2>What stands apart</h2>\n${table(anomalies, analysed, 'What stands apart')}` : ''}
<h2>Map</h2>
<p>Templates of like words are near one another; the larger, the more lines. Red: stands apart.</p>
${map(byCount)}
<h2>All templates</h2>
${table(byCount, analysed, 'All templates')}
</main>
</body>
</html>
`;
}

function table(clusters: readonly Cluster[], analysed: Analysed, label: string): string {
  const unit = rateUnit(analysed);
  const names = ['Lines', unit === undefined ? '' : `Per ${unit.name}`, 'Errors', 'Score'];
  const head = names.map((name) => `<th class="n">${name}</th>`).join('');
  const rows = clusters.map((cluster, i) => row(cluster, analysed, names, i < DETAILED_MAX)).join('\n');
  return `<div class="wide" tabindex="0" role="region" aria-label="${label}"><table>
<thead><tr>${head}<th>Service</th><th>Template</th></tr></thead>
<tbody>
${rows}
</tbody>
</table></div>`;
}

function row(cluster: Cluster, analysed: Analysed, names: readonly string[], isDetailed: boolean): string {
  const { logCount, avgScore, service, template, isAnomaly } = cluster;
  const unit = rateUnit(analysed);
  const errors = errorsOf(cluster);
  const cells = [
    number(logCount),
    unit === undefined ? '' : rounded(unit.of(logCount)),
    errors === 0 ? '' : `${((100 * errors) / logCount).toFixed(1)} %`,
    avgScore.toFixed(2),
  ];
  const numbers = cells.map((cell, i) => `<td class="n" data-name="${names[i]}">${cell}</td>`).join('');
  const text = `<code>${escaped(template)}</code>`;
  const shown = isDetailed ? `<details><summary>${text}</summary>${details(cluster, analysed)}</details>` : text;
  return `<tr${isAnomaly ? ' class="apart"' : ''}>${numbers}<td data-name="Service">${escaped(service)}</td><td>${shown}</td></tr>`;
}

function details({ logs, levels, firstSeen, lastSeen, fingerprint }: Cluster, { isUntimed }: Analysed): string {
  const mix = Object.entries(levels).map(([level, count]) => `${level} ${number(count)}`);
  const lines = logs.map(({ timestamp, message }) => (isUntimed ? message : `${iso(timestamp)}  ${message}`));
  const when = isUntimed ? '' : `${iso(firstSeen)} to ${iso(lastSeen)}; `;
  return `<p>${when}${escaped(mix.join(', '))}; ${escaped(fingerprint)}</p><pre>${escaped(lines.join('\n'))}</pre>`;
}

function map(byCount: readonly Cluster[]): string {
  // The small ones over the large ones, what stands apart over all.
  const order = [...byCount.filter(({ isAnomaly }) => !isAnomaly), ...byCount.filter(({ isAnomaly }) => isAnomaly)];
  const circles = order.map(({ x, y, size, isAnomaly, service, template, logCount }) => {
    const at = `cx="${((x / 100) * MAP_WIDTH).toFixed(1)}" cy="${((1 - y / 100) * MAP_HEIGHT).toFixed(1)}"`;
    const title = `${service}: ${template} (${number(logCount)} lines)`;
    return `<circle ${at} r="${(size / 2).toFixed(1)}"${isAnomaly ? ' class="apart"' : ''}><title>${escaped(title)}</title></circle>`;
  });
  const label = `Map of ${byCount.length} templates`;
  return `<svg viewBox="0 0 ${MAP_WIDTH} ${MAP_HEIGHT}" role="img" aria-label="${label}">\n${circles.join('\n')}\n</svg>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Of no effect in text and quoted attributes; control characters, which HTML does not have, become a replacement. */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string)
    .replaceAll(/[^\P{Cc}\t\n]|[\p{Bidi_Control}\p{Cs}]/gu, '\uFFFD');
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
