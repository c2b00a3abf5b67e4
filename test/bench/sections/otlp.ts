import { startCollector } from '../../parts/collector.ts';
import { corpusFile, loadCorpus } from '../corpus.ts';
import type { CorpusLines } from '../corpus.ts';
import { short } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { runGhz } from '../ghz.ts';
import { startHalfspace } from '../../e2e/halfspace.ts';
import { otlpBodies } from '../otlp-bodies.ts';
import { processUse } from '../run-measured.ts';

const RECORDS_A_REQUEST = [512, 1024, 8192];
/** Different requests a size, each sent over and over in its turn: ghz keeps to one body a run. */
const BODIES = 8;
const RECORDS = 2_000_000;
const WARM_UP_RECORDS = 400_000;
const BUFFER_MIB = 64;
const RSS_MIB_MAX = 300;
const CPU_RATIO_MAX = 1.3;

const NOP_COLLECTOR = `
receivers: { otlp: { protocols: { grpc: { endpoint: "127.0.0.1:0", max_recv_msg_size_mib: 64 } } } }
exporters: { nop: }
service: { pipelines: { logs: { receivers: [otlp], exporters: [nop] } } }
`;

interface Server {
  pid: number;
  target: string;
}

interface LoadCost {
  recordsPerCpuSecond: number;
  recordsPerSecond: number;
  failed: number;
}

/** OTLP/gRPC bytes to verdict, against the real Collector that receives the same stream and drops it. */
export async function otlpSection(): Promise<Figure[]> {
  const lines = loadCorpus(await corpusFile(), 200_000);
  const collector = await startCollector({ config: { text: NOP_COLLECTOR } });
  const theirs = await loadAll({ pid: collector.pid, target: collector.endpoint('grpc') }, lines);
  const theirPeak = processUse(collector.pid).peakRssMiB;
  await collector.stop();

  const halfspace = await startHalfspace({ BUFFER_MAX_BYTES: String(BUFFER_MIB << 20) });
  const ours = await loadAll({ pid: halfspace.pid, target: halfspace.addresses.otlp_grpc }, lines);
  const ourPeak = processUse(halfspace.pid).peakRssMiB;
  await halfspace.stop();

  return [
    ...RECORDS_A_REQUEST.map((records, i) => costFigure(records, ours[i]!, theirs[i]!)),
    {
      section: 'otlp',
      what: `peak resident memory, ${BUFFER_MIB} MiB of it buffer`,
      ours: `${short(ourPeak)} MiB`,
      peer: `${short(theirPeak)} MiB`,
      ratio: '',
      wanted: `< ${RSS_MIB_MAX + BUFFER_MIB} MiB`,
      met: ourPeak < RSS_MIB_MAX + BUFFER_MIB,
    },
  ];
}

async function loadAll(server: Server, lines: CorpusLines): Promise<LoadCost[]> {
  await load(server, otlpBodies(lines, 512, BODIES), 512, WARM_UP_RECORDS);
  const costs: LoadCost[] = [];
  for (const records of RECORDS_A_REQUEST) {
    costs.push(await load(server, otlpBodies(lines, records, BODIES), records, RECORDS));
  }
  return costs;
}

async function load(server: Server, bodies: Buffer[], records: number, total: number): Promise<LoadCost> {
  const requests = Math.ceil(total / records / bodies.length);
  const before = processUse(server.pid).cpuSeconds;
  const startedMs = performance.now();
  let ok = 0;
  let failed = 0;
  for (const body of bodies) {
    const result = await runGhz({ target: server.target, body, concurrency: 8, amount: { requests } });
    ok += result.ok * records;
    failed += result.failed * records;
  }
  return {
    recordsPerCpuSecond: ok / (processUse(server.pid).cpuSeconds - before),
    recordsPerSecond: (ok * 1000) / (performance.now() - startedMs),
    failed,
  };
}

function costFigure(records: number, ours: LoadCost, theirs: LoadCost): Figure {
  // CPU a record, so the peer's rate is divided by ours.
  const ratio = theirs.recordsPerCpuSecond / ours.recordsPerCpuSecond;
  const refused = ours.failed > 0 ? `, ${ours.failed} refused` : '';
  return {
    section: 'otlp',
    what: `${records} records a request: received and scored / received and dropped`,
    ours: `${short(ours.recordsPerCpuSecond)} records/CPU s (${short(ours.recordsPerSecond)}/s${refused})`,
    peer: `${short(theirs.recordsPerCpuSecond)} records/CPU s (${short(theirs.recordsPerSecond)}/s)`,
    ratio: `${ratio.toFixed(2)} x the CPU`,
    wanted: `<= ${CPU_RATIO_MAX} x, aim < 1.0 x`,
    met: ratio <= CPU_RATIO_MAX && ours.failed === 0,
  };
}
