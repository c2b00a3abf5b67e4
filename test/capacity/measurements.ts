import { readFileSync } from 'node:fs';
import { corpusFile, loadCorpus } from '../bench/corpus.ts';
import { otlpBodies } from '../bench/otlp-bodies.ts';
import { processUse } from '../bench/run-measured.ts';
import { seededRandom } from '../bench/seeded-random.ts';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { encodeLogs } from '../e2e/otlp-client.ts';
import type { Logs } from '../e2e/otlp-client.ts';
import { createGrpcExporter } from './grpc-exporter.ts';
import type { GrpcExporter } from './grpc-exporter.ts';

const MIB = 1024 * 1024;
const IN_FLIGHT = 4;
const LINES_A_REQUEST = 2000;
const CORPUS_LINES = 100_000;
const ALONE = { SHARDS: '1', RETRAIN_INTERVAL_SECONDS: '86400' };

/** What was measured, the figure, and the peak of resident memory. */
type Row = [what: string, figure: string, memory: string];

export function measureIdle(): Promise<Row> {
  return withService({}, async (service, exporter) => {
    await send(exporter, [{ service: 'shop', messages: ['ready'] }]);
    return ['one service, one line', `${Math.round(residentMiB(service))} MiB`];
  });
}

/** Lines of nine services as fast as one shard takes them. */
export async function measureLines({ records, seconds }: { records: number; seconds: number }): Promise<Row> {
  const lines = loadCorpus(await corpusFile(), CORPUS_LINES);
  // Some requests cannot be sent, see there.
  const bodies = otlpBodies(lines, records, Math.floor((CORPUS_LINES * 0.9) / records));
  return measureBodies(`lines in batches of ${records}`, bodies, { records, seconds });
}

/** The worst there is: each line a new template, which an old one makes room for. */
export function measureNewLines({ seconds }: { seconds: number }): Promise<Row> {
  const below = seededRandom(7);
  const word = () => letters(below(1_000_000_000));
  const line = () => Array.from({ length: 4 + below(12) }, word).join(' ');
  const messages = () => Array.from({ length: LINES_A_REQUEST }, line);
  const bodies = Array.from({ length: 50 }, () => encodeLogs({ service: 'babbler', messages: messages() }));
  const what = `lines of random words in batches of ${LINES_A_REQUEST}`;
  return measureBodies(what, bodies, { records: LINES_A_REQUEST, seconds });
}

function measureBodies(
  what: string,
  bodies: readonly Buffer[],
  { records, seconds }: { records: number; seconds: number },
): Promise<Row> {
  return withService({ BUFFER_MAX_BYTES: String(64 * MIB) }, async (service, exporter) => {
    const sendFor = async (spanSeconds: number) => {
      const endMs = performance.now() + spanSeconds * 1000;
      let sent = 0;
      const one = async () => {
        while (performance.now() < endMs) await exporter.send(bodies[sent++ % bodies.length]!);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, one));
      return sent * records;
    };
    // Compiled, and past the learning phase.
    await sendFor(seconds / 4);
    const startMs = performance.now();
    const cpuBefore = processUse(service.pid).cpuSeconds;
    const busyBefore = await service.metric('halfspace_shard_busy_seconds_total');
    const count = await sendFor(seconds);
    const cpuSeconds = processUse(service.pid).cpuSeconds - cpuBefore;
    const busySeconds = (await service.metric('halfspace_shard_busy_seconds_total')) - busyBefore;
    const wallSeconds = (performance.now() - startMs) / 1000;
    const share = Math.round((busySeconds / wallSeconds) * 100);
    const here = `${thousands(count / wallSeconds)} a second with the shard ${share} % busy`;
    return [what, `${thousands(count / cpuSeconds)} lines a CPU second; here ${here}`];
  });
}

/** Models alone: the buffer is as small as it may be. */
export function measureModels({ services, templates }: { services: number; templates: number }): Promise<Row> {
  return withService({ BUFFER_MAX_BYTES: String(MIB), MAX_SERVICES: '20000' }, async (service, exporter) => {
    await send(exporter, [{ service: 'first', messages: ['ready'] }]);
    const before = residentMiB(service);
    const servicesAtOnce = Math.max(1, Math.floor(LINES_A_REQUEST / templates));
    for (let from = 0; from < services; from += servicesAtOnce) {
      const some = Array.from({ length: Math.min(servicesAtOnce, services - from) }, (_, i) => ({
        service: `service-${letters(from + i)}`,
        messages: Array.from({ length: templates }, (_line, n) => templateLine(n)),
      }));
      await send(exporter, some);
    }
    const { template_count: held } = (await service.get('/detector/status')) as { template_count: number };
    const kib = (residentMiB(service) - before) * 1024;
    const each = templates === 1 ? `${round(kib / services)} KiB a service` : `${round(kib / held)} KiB a template`;
    return [
      `${thousands(services)} services of ${thousands(templates)} ${templates === 1 ? 'template' : 'templates'}`,
      each,
    ];
  });
}

/** Lines until the buffer is full twice. */
export function measureBuffer({ mib }: { mib: number }): Promise<Row> {
  return withService({ BUFFER_MAX_BYTES: String(mib * MIB) }, async (service, exporter) => {
    let count = 0;
    while ((await service.metric('halfspace_buffer_evicted_rows_total')) < count / 2 || count === 0) {
      const messages = Array.from(
        { length: LINES_A_REQUEST },
        (_, i) => `GET /api/orders/${count + i} took ${i % 90} ms for customer ${i} of the shop in the north, cached`,
      );
      await send(exporter, [{ service: 'shop', messages }]);
      count += LINES_A_REQUEST;
    }
    const rows = await service.metric('halfspace_buffer_rows');
    const bytes = await service.metric('halfspace_buffer_bytes');
    return [`a buffer of ${mib} MiB, full`, `${thousands(rows)} rows of ${Math.round(bytes / rows)} bytes each`];
  });
}

async function withService(
  env: Record<string, string>,
  measure: (service: RunningHalfspace, exporter: GrpcExporter) => Promise<[what: string, figure: string]>,
): Promise<Row> {
  const service = await startHalfspace({ ...ALONE, ...env });
  const exporter = createGrpcExporter(service.addresses.otlp_grpc);
  try {
    const [what, figure] = await measure(service, exporter);
    return [what, figure, `${Math.round(processUse(service.pid).peakRssMiB)} MiB`];
  } finally {
    exporter.close();
    await service.stop();
  }
}

function send(exporter: GrpcExporter, logs: Logs[]): Promise<void> {
  return exporter.send(encodeLogs(...logs));
}

/** A line with a template of its own: two words differ, as one alone would be taken for a variable. */
function templateLine(n: number): string {
  return `job ${letters(n)} of queue ${letters(n * 7 + 3)} ended for user ${n} after ${n} ms`;
}

function residentMiB({ pid }: RunningHalfspace): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** A word of its own for each number, without a digit, so that it makes a template of its own. */
function letters(n: number): string {
  return `w${n.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!)}`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function round(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
