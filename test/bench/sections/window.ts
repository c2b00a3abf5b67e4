import { CORPUS_END_MS, CORPUS_LINES, CORPUS_START_MS, corpusFile } from '../corpus.ts';
import { perCpuSecond, short } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { startHalfspace } from '../../e2e/halfspace.ts';
import { withBuiltPackage } from '../built-package.ts';
import { measureCommand, timeCommand } from '../measure-command.ts';
import type { Measured } from '../measured.ts';
import { processUse, rateOf, runPeer } from '../run-measured.ts';

const RSS_MIB_MAX = 400;
const RATIO_MIN = 50;
const NEXT_WINDOWS = 5;
const COMMAND_RUNS = 7;

interface ClustersAnswer {
  log_count: number;
  cluster_count: number;
}

/**
 * A window of the whole corpus from a file through `/clusters`, and by the package's command from its start to its end, against the
 * same pipeline in Python over the same lines. The peer's imports and start are left out, so the service answers once
 * before it is measured: the first window after its start, which has threads to start and code to compile, is told beside.
 * The peer is one thread that computes all the time: what it takes by the clock of a machine that does nothing else is its
 * CPU seconds, and where there is something else they are less.
 */
export async function windowSection(): Promise<Figure[]> {
  const corpus = await corpusFile();
  const peer = await runPeer('clusters', [corpus, CORPUS_LINES]);
  const { first, next, peakRssMiB } = await askForWindows(corpus);
  const wallRatio = peer.cpuSeconds / next.wallSeconds;
  const cpuRatio = peer.cpuSeconds / next.cpuSeconds;
  const firstRatio = peer.cpuSeconds / first.wallSeconds;
  const firstCpuRatio = peer.cpuSeconds / first.cpuSeconds;
  return [
    {
      section: 'window',
      what: `${short(CORPUS_LINES)} lines of a file to ${next.clusters} clusters by GET /clusters`,
      ours: `${short(next.wallSeconds)} s`,
      peer: `${short(peer.cpuSeconds)} s`,
      ratio: `${short(wallRatio)} x`,
      wanted: `>= ${RATIO_MIN} x`,
      met: wallRatio >= RATIO_MIN,
    },
    {
      section: 'window',
      what: 'the same, all its threads',
      ours: `${short(next.cpuSeconds)} CPU s`,
      peer: `${short(peer.cpuSeconds)} CPU s`,
      ratio: `${short(cpuRatio)} x`,
      wanted: `>= ${RATIO_MIN} x`,
      met: cpuRatio >= RATIO_MIN,
    },
    {
      section: 'window',
      what: 'the first window of a service that has just started',
      ours: `${short(first.wallSeconds)} s, ${short(first.cpuSeconds)} CPU s`,
      peer: `${short(peer.cpuSeconds)} s`,
      ratio: `${short(firstRatio)} x, ${short(firstCpuRatio)} x`,
      wanted: '',
    },
    {
      section: 'window',
      what: 'peak resident memory',
      ours: `${short(peakRssMiB)} MiB`,
      peer: `${short(peer.peakRssMiB)} MiB`,
      ratio: '',
      wanted: `< ${RSS_MIB_MAX} MiB`,
      met: peakRssMiB < RSS_MIB_MAX,
    },
    ...(await withBuiltPackage((command) => commandFigures(command, corpus, peer))),
  ];
}

/** What a window cost, in the clock's and in the process's seconds. */
interface Asked {
  clusters: number;
  wallSeconds: number;
  cpuSeconds: number;
}

/** Asks a service that has just started for the same window again and again; `next` is the median of those after the first. */
async function askForWindows(corpus: string): Promise<{ first: Asked; next: Asked; peakRssMiB: number }> {
  const halfspace = await startHalfspace({ FILE_PATH: corpus, FILE_FORMAT: 'json' });
  const query = `source=file&start=${new Date(CORPUS_START_MS).toISOString()}&end=${new Date(CORPUS_END_MS).toISOString()}`;
  const ask = async (): Promise<Asked> => {
    const before = processUse(halfspace.pid).cpuSeconds;
    const startedMs = performance.now();
    const answer = await fetch(`${halfspace.addresses.rest}/clusters?${query}`);
    const text = await answer.text();
    const wallSeconds = (performance.now() - startedMs) / 1000;
    if (!answer.ok) throw new Error(`GET /clusters answered ${answer.status}: ${text.slice(0, 500)}`);
    const { log_count, cluster_count } = JSON.parse(text) as ClustersAnswer;
    if (log_count !== CORPUS_LINES) throw new Error(`GET /clusters counts ${log_count} lines of ${CORPUS_LINES}`);
    return { clusters: cluster_count, wallSeconds, cpuSeconds: processUse(halfspace.pid).cpuSeconds - before };
  };
  try {
    const first = await ask();
    const next: Asked[] = [];
    for (let i = 0; i < NEXT_WINDOWS; i++) next.push(await ask());
    const median = (of: (asked: Asked) => number) => next.map(of).toSorted((a, b) => a - b)[NEXT_WINDOWS >> 1]!;
    return {
      first,
      next: {
        ...first,
        wallSeconds: median(({ wallSeconds }) => wallSeconds),
        cpuSeconds: median(({ cpuSeconds }) => cpuSeconds),
      },
      peakRssMiB: processUse(halfspace.pid).peakRssMiB,
    };
  } finally {
    await halfspace.stop();
  }
}

/**
 * By the clock, both with their start, as that is what a user waits for, and by CPU seconds, the peer's start left out. Of
 * some runs the median, as a second of them is easily lengthened by what else a machine does.
 */
async function commandFigures(command: string, corpus: string, peer: Measured): Promise<Figure[]> {
  const args = [command, 'analyse', corpus, '--ndjson'];
  const use = await measureCommand(args);
  const seconds: number[] = [];
  const lines: number[] = [];
  for (let run = 0; run < COMMAND_RUNS; run++) {
    lines[run] = 0;
    const took = await timeCommand(
      args,
      (line) => (lines[run]! += (JSON.parse(line) as { logCount: number }).logCount),
    );
    seconds.push(took);
  }
  const wallSeconds = seconds.toSorted((a, b) => a - b)[COMMAND_RUNS >> 1]!;
  const peerSeconds = peer.processCpuSeconds ?? peer.cpuSeconds;
  const ratio = peerSeconds / wallSeconds;
  const cpuRatio = rateOf({ lines: CORPUS_LINES, cpuSeconds: use.cpuSeconds }) / rateOf(peer);
  return [
    {
      section: 'window',
      what: `halfspace analyse, ${short(CORPUS_LINES)} lines, from its start to its end`,
      ours: `${short(wallSeconds)} s`,
      peer: `${short(peerSeconds)} s`,
      ratio: `${short(ratio)} x`,
      wanted: `>= ${RATIO_MIN} x`,
      met: ratio >= RATIO_MIN && lines.every((counted) => counted === CORPUS_LINES),
    },
    {
      section: 'window',
      what: 'the same, all its threads and its start',
      ours: perCpuSecond(CORPUS_LINES / use.cpuSeconds),
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
