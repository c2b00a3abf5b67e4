import { CORPUS_END_MS, CORPUS_LINES, CORPUS_START_MS, corpusFile } from '../corpus.ts';
import { perCpuSecond, short } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { startHalfspace } from '../../e2e/halfspace.ts';
import { measureCommand } from '../measure-command.ts';
import type { Measured } from '../measured.ts';
import { processUse, rateOf, runPeer } from '../run-measured.ts';

const RSS_MIB_MAX = 400;
const RATIO_MIN = 50;

interface ClustersAnswer {
  log_count: number;
  cluster_count: number;
}

/**
 * A window of the whole corpus from a file through `/clusters`, and by the command from its start to its end, against the
 * same pipeline in Python over the same lines.
 */
export async function windowSection(): Promise<Figure[]> {
  const corpus = await corpusFile();
  const peerStartedMs = performance.now();
  const peer = await runPeer('clusters', [corpus, CORPUS_LINES]);
  const peerWallSeconds = (performance.now() - peerStartedMs) / 1000;
  const halfspace = await startHalfspace({ FILE_PATH: corpus, FILE_FORMAT: 'json' });
  const before = processUse(halfspace.pid).cpuSeconds;
  const startedMs = performance.now();
  const query = `source=file&start=${new Date(CORPUS_START_MS).toISOString()}&end=${new Date(CORPUS_END_MS).toISOString()}`;
  const answer = await fetch(`${halfspace.addresses.rest}/clusters?${query}`);
  const text = await answer.text();
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const use = processUse(halfspace.pid);
  await halfspace.stop();
  if (!answer.ok) throw new Error(`GET /clusters answered ${answer.status}: ${text.slice(0, 500)}`);

  const clusters = JSON.parse(text) as ClustersAnswer;
  const cpuSeconds = use.cpuSeconds - before;
  const ratio = peer.wallSeconds / wallSeconds;
  const cpuRatio = rateOf({ lines: clusters.log_count, cpuSeconds }) / rateOf(peer);
  return [
    {
      section: 'window',
      what: `${short(clusters.log_count)} lines of a file to ${clusters.cluster_count} clusters by GET /clusters`,
      ours: `${short(wallSeconds)} s`,
      peer: `${short(peer.wallSeconds)} s`,
      ratio: `${short(ratio)} x`,
      wanted: `>= ${RATIO_MIN} x`,
      met: ratio >= RATIO_MIN && clusters.log_count === CORPUS_LINES,
    },
    {
      section: 'window',
      what: 'the same, all its threads and their start',
      ours: perCpuSecond(clusters.log_count / cpuSeconds),
      peer: perCpuSecond(rateOf(peer)),
      ratio: `${short(cpuRatio)} x`,
      wanted: `>= ${RATIO_MIN} x`,
      met: cpuRatio >= RATIO_MIN,
    },
    {
      section: 'window',
      what: 'peak resident memory',
      ours: `${short(use.peakRssMiB)} MiB`,
      peer: `${short(peer.peakRssMiB)} MiB`,
      ratio: '',
      wanted: `< ${RSS_MIB_MAX} MiB`,
      met: use.peakRssMiB < RSS_MIB_MAX,
    },
    ...(await commandFigures(corpus, peer, peerWallSeconds)),
  ];
}

/** By the clock, both with their start, as that is what a user waits for; and by CPU seconds, the peer's start left out. */
async function commandFigures(corpus: string, peer: Measured, peerWallSeconds: number): Promise<Figure[]> {
  let lines = 0;
  const use = await measureCommand(['analyse', corpus, '--ndjson'], (line) => {
    lines += (JSON.parse(line) as { logCount: number }).logCount;
  });
  const ratio = peerWallSeconds / use.wallSeconds;
  const cpuRatio = rateOf({ lines, cpuSeconds: use.cpuSeconds }) / rateOf(peer);
  return [
    {
      section: 'window',
      what: `halfspace analyse, ${short(lines)} lines, from its start to its end`,
      ours: `${short(use.wallSeconds)} s`,
      peer: `${short(peerWallSeconds)} s`,
      ratio: `${short(ratio)} x`,
      wanted: `>= ${RATIO_MIN} x`,
      met: ratio >= RATIO_MIN && lines === CORPUS_LINES,
    },
    {
      section: 'window',
      what: 'the same, all its threads and its start',
      ours: perCpuSecond(lines / use.cpuSeconds),
      peer: perCpuSecond(rateOf(peer)),
      ratio: `${short(cpuRatio)} x`,
      wanted: '',
      met: true,
    },
    {
      section: 'window',
      what: 'halfspace analyse, peak resident memory',
      ours: `${short(use.peakRssMiB)} MiB`,
      peer: `${short(peer.peakRssMiB)} MiB`,
      ratio: '',
      wanted: `< ${RSS_MIB_MAX} MiB`,
      met: use.peakRssMiB < RSS_MIB_MAX,
    },
  ];
}
