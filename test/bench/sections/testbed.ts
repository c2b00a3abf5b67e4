import { corpusFile, loadCorpus } from '../corpus.ts';
import { short } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { runGhz } from '../ghz.ts';
import { startHalfspace } from '../../e2e/halfspace.ts';
import { otlpBodies } from '../otlp-bodies.ts';
import { processUse } from '../run-measured.ts';

const RECORDS_A_REQUEST = 100;
const REQUESTS_PER_SECOND = 100;
const SECONDS = 30;
const BUFFER_MIB = 64;
const RSS_MIB_MAX = 150;
const CORE_SHARE_MAX = 0.3;

/** The Collector testbed's load: 10,000 logs a second in batches of 100. Nothing may be lost or counted twice. */
export async function testbedSection(): Promise<Figure[]> {
  const lines = loadCorpus(await corpusFile(), 10_000);
  const [body] = otlpBodies(lines, RECORDS_A_REQUEST, 1);
  if (body === undefined) throw new Error('no request to send');
  const halfspace = await startHalfspace({ BUFFER_MAX_BYTES: String(BUFFER_MIB << 20) });
  const target = halfspace.addresses.otlp_grpc;
  const before = processUse(halfspace.pid).cpuSeconds;
  const amount = { perSecond: REQUESTS_PER_SECOND, seconds: SECONDS };
  const result = await runGhz({ target, body, concurrency: 4, amount });
  const use = processUse(halfspace.pid);
  const sent = result.ok * RECORDS_A_REQUEST;
  const received = await halfspace.metric('halfspace_log_records_received_total');
  const scored = await halfspace.metric('halfspace_log_records_scored_total');
  await halfspace.stop();

  const share = (use.cpuSeconds - before) / SECONDS;
  const what = `10,000 logs/s in batches of ${RECORDS_A_REQUEST} for ${SECONDS} s`;
  return [
    figure(what, `${(share * 100).toFixed(1)} % of a core`, `<= ${CORE_SHARE_MAX * 100} %`, share <= CORE_SHARE_MAX),
    figure(
      `peak resident memory, ${BUFFER_MIB} MiB of it buffer`,
      `${short(use.peakRssMiB)} MiB`,
      `<= ${RSS_MIB_MAX + BUFFER_MIB} MiB`,
      use.peakRssMiB <= RSS_MIB_MAX + BUFFER_MIB,
    ),
    figure(
      'sent = received = scored',
      `${sent} = ${received} = ${scored}`,
      'equal',
      result.failed === 0 && sent === received && sent === scored,
    ),
    figure('time to the answer, p50 / p99', `${short(result.latencyP50)} / ${short(result.latencyP99)} ms`, ''),
  ];
}

function figure(what: string, ours: string, wanted: string, met?: boolean): Figure {
  return { section: 'testbed', what, ours, peer: '', ratio: '', wanted, met };
}
