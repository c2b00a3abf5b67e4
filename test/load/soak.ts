import { parseArgs } from 'node:util';
import { runSoak } from './soak-run.ts';

/**
 * `npm run soak [-- --minutes N --rate LOGS_PER_SECOND]`: half of its load for five minutes, or for a day with `--minutes
 * 1440`. Prints what memory and the time to an answer did; exits with 1 when something is beyond its bound.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' }, rate: { type: 'string' } } });
const minutes = Number(values.minutes);
const rate = values.rate === undefined ? undefined : Number(values.rate);
if (!(minutes > 0) || (rate !== undefined && !(rate > 0))) {
  console.error('soak: --minutes and --rate are numbers above 0');
  process.exit(2);
}

const result = await runSoak({
  minutes,
  ...(rate === undefined ? {} : { logsPerSecond: rate }),
  onProgress: (sentence) => console.log(sentence),
});
const { latency } = result;
console.log(`
sent, acknowledged     ${result.sent} logs, ${result.requestsFailed} requests not acknowledged
scored                 ${result.scored} logs
resident memory        ${result.rssMiB.toFixed(0)} MiB, slope after the warm-up ${result.slopeMiBPerHour.toFixed(1)} MiB an hour (${result.grownMiB.toFixed(1)} MiB in all)
files and sockets      ${result.handlesGrown >= 0 ? '+' : ''}${result.handlesGrown} since the warm-up
request to OK          p50 ${latency.p50.toFixed(2)} ms, p99 ${latency.p99.toFixed(2)} ms, at most ${latency.max.toFixed(0)} ms
${result.faults.length === 0 ? 'all within bounds' : result.faults.join('\n')}`);
process.exitCode = result.faults.length === 0 ? 0 : 1;
