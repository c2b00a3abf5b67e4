import { createHash } from 'node:crypto';
import { answerByGroups } from '../../../src/analyse/answer-by-groups.ts';
import { UNWATCHED } from '../../../src/analyse/load-rows.ts';
import { CLICKHOUSE_USER } from '../../parts/clickhouse.ts';
import { analyseOptions, answerByRows, pullJob } from '../../sources/clickhouse/both-ways.ts';
import { CORPUS_END_MS, CORPUS_START_MS } from '../corpus.ts';
import type { Measured } from '../measured.ts';

/** A window of ClickHouse, by its rows or by its groups: `node pushdown.ts rows|groups URL PASSWORD`. */
const [way, url = '', password = ''] = process.argv.slice(2);
const values = new Map(Object.entries({ url, user: CLICKHOUSE_USER, password }));
const job = pullJob(values, { startMs: CORPUS_START_MS, endMs: CORPUS_END_MS });
const options = analyseOptions('default');
const cpu = process.cpuUsage();
const startedMs = performance.now();
const analysis =
  way === 'rows' ? await answerByRows(job, options) : (await answerByGroups(job, options, UNWATCHED)).analysis;
if (analysis === undefined) throw new Error('the window cannot be answered for by its groups');
const { user, system } = process.cpuUsage(cpu);
const measured: Measured = {
  lines: analysis.log_count,
  cpuSeconds: (user + system) / 1e6,
  wallSeconds: (performance.now() - startedMs) / 1000,
  peakRssMiB: process.resourceUsage().maxRSS / 1024,
  clusters: analysis.cluster_count,
  answer: createHash('sha256').update(JSON.stringify(analysis)).digest('hex'),
};
console.log(JSON.stringify(measured));
