import { transcodeJson } from '../../src/decode/transcode-json.ts';
import { ByteBudget } from '../../src/receive/byte-budget.ts';
import { startOtlpGrpc } from '../../src/receive/otlp-grpc.ts';
import { startOtlpHttp } from '../../src/receive/otlp-http.ts';
import { startWatchServer } from '../../src/watch/watch-server.ts';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';
import { IncidentLog } from '../../src/live/incident-log.ts';

/**
 * One port in a process of its own, so that its memory is told from that of the test. Started by `fork`; says its port
 * and, when asked, by how much its resident memory has ever risen above where it began.
 */
const [protocol, ...numbers] = process.argv.slice(2);
const [budgetBytes, receiveTimeoutMs] = numbers.map(Number) as [number, number];
const budget = new ByteBudget(budgetBytes);
const options = {
  host: '127.0.0.1',
  port: 0,
  intake: { accept: () => Promise.resolve({ records: 1, rejected: 0, message: '' }) },
  budget,
  auth: undefined,
  tls: undefined,
  requestBytesMax: 64 << 20,
  receiveTimeoutMs,
  connectionsMax: 10_000,
  streamsMax: 100,
  onEvent: () => undefined,
};

function start(): Promise<{ port: number }> {
  if (protocol === 'grpc') return startOtlpGrpc(options);
  if (protocol === 'http') return startOtlpHttp({ ...options, transcodeJson, onPipelineOver: () => undefined });
  const anomalies = new AnomalyLog({ entriesMax: 1000, bytesMax: 1 << 20 });
  const incidents = new IncidentLog({ changesMax: 100, resolvedMax: 10 });
  return startWatchServer({ host: '127.0.0.1', port: 0, anomalies, incidents, secrets: undefined, tls: undefined });
}

const { port } = await start();

const before = process.memoryUsage.rss();
let peak = before;
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5).unref();
process.on('message', () => {
  process.send?.({ growth: Math.max(peak, process.memoryUsage.rss()) - before, budgetBytesUsed: budget.bytesUsed });
});
process.send?.({ port });
