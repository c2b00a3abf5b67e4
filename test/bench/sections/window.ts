import { CORPUS_END_MS, CORPUS_LINES, CORPUS_START_MS, corpusFile } from '../corpus.ts';
import { short } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { startHalfspace } from '../../e2e/halfspace.ts';
import { withBuiltPackage } from '../built-package.ts';
import { measureCommand, timeCommand } from '../measure-command.ts';
import { withPeerService } from '../peer-service.ts';
import { processUse, runPeer } from '../run-measured.ts';

const RSS_MIB_MAX = 400;
const RATIO_MIN = 50;
const NEXT_WINDOWS = 5;
const COMMAND_RUNS = 7;

interface ClustersAnswer {
  log_count: number;
  cluster_count: number;
}

/**
 * A window of the whole corpus from a file through `/clusters`, and by the package's command from its start to its end,
 * against the same lines through `/clusters` of the reference, which is a service in Python, and beside its bare pipeline:
 * without the service, its models of rows, and what drain3 does for its caller. Starts are left out where a service is
 * asked, so ours answers once before it is measured: the first window after its start, which has threads to start and
 * code to compile, is told beside. The peers are one thread that computes all the time: what they take by the clock of a
 * machine that does nothing else is their CPU seconds, and where there is something else they are less.
 */
export async function windowSection(): Promise<Figure[]> {
  const corpus = await corpusFile();
  const peer = await askPeerService(corpus);
  const bare = await runPeer('clusters', [corpus, CORPUS_LINES]);
  if (peer.clusters !== bare['clusters'])
    throw new Error(`the peers differ: ${peer.clusters} and ${String(bare['clusters'])} clusters`);
  const { first, next, peakRssMiB } = await askForWindows(corpus);
  const row = (what: string, ours: number, unit: string, peerSeconds: number, wanted: boolean): Figure => ({
    section: 'window',
    what,
    ours: `${short(ours)} ${unit}`,
    peer: `${short(peerSeconds)} ${unit}`,
    ratio: `${short(peerSeconds / ours)} x`,
    ...(wanted ? { wanted: `>= ${RATIO_MIN} x`, met: peerSeconds / ours >= RATIO_MIN } : { wanted: '' }),
  });
  const memory = (what: string, ours: number): Figure => ({
    section: 'window',
    what,
    ours: `${short(ours)} MiB`,
    peer: `${short(peer.peakRssMiB)} MiB`,
    ratio: '',
    wanted: `< ${RSS_MIB_MAX} MiB`,
    met: ours < RSS_MIB_MAX,
  });
  const command = await withBuiltPackage((path) => runCommand([path, 'analyse', corpus, '--ndjson']));
  const lines = `${short(CORPUS_LINES)} lines`;
  return [
    row(
      `${lines} of a file to ${next.clusters} clusters by GET /clusters`,
      next.wallSeconds,
      's',
      peer.cpuSeconds,
      true,
    ),
    row('the same, all its threads', next.cpuSeconds, 'CPU s', peer.cpuSeconds, true),
    row('the same, the bare pipeline', next.wallSeconds, 's', bare.cpuSeconds, false),
    row('the first window of a service that has just started', first.wallSeconds, 's', peer.cpuSeconds, false),
    row('the same, all its threads', first.cpuSeconds, 'CPU s', peer.cpuSeconds, false),
    memory('peak resident memory', peakRssMiB),
    row(
      `halfspace analyse, ${lines}, from its start to its end`,
      command.wallSeconds,
      's',
      peer.processCpuSeconds,
      true,
    ),
    row('the same, all its threads', command.cpuSeconds, 'CPU s', peer.processCpuSeconds, false),
    row('the same, the bare pipeline', command.wallSeconds, 's', bare.processCpuSeconds ?? NaN, false),
    memory('halfspace analyse, peak resident memory', command.peakRssMiB),
  ];
}

/** The reference's answer: what it cost, with and without its start. */
async function askPeerService(
  corpus: string,
): Promise<{ clusters: number; cpuSeconds: number; processCpuSeconds: number; peakRssMiB: number }> {
  return await withPeerService(corpus, async (address, used) => {
    const started = used().cpuSeconds;
    const text = await askClusters(`${address}/clusters?source=file`);
    const { cpuSeconds: processCpuSeconds, peakRssMiB } = used();
    const { cluster_count: clusters } = checkedAnswer(text);
    return { clusters, cpuSeconds: processCpuSeconds - started, processCpuSeconds, peakRssMiB };
  });
}

async function askClusters(url: string): Promise<string> {
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`GET ${url} answered ${answer.status}: ${text.slice(0, 500)}`);
  return text;
}

function checkedAnswer(text: string): ClustersAnswer {
  const answer = JSON.parse(text) as ClustersAnswer;
  if (answer.log_count !== CORPUS_LINES)
    throw new Error(`GET /clusters counts ${answer.log_count} lines of ${CORPUS_LINES}`);
  return answer;
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
    const text = await askClusters(`${halfspace.addresses.rest}/clusters?${query}`);
    const wallSeconds = (performance.now() - startedMs) / 1000;
    const { cpuSeconds } = processUse(halfspace.pid);
    return { clusters: checkedAnswer(text).cluster_count, wallSeconds, cpuSeconds: cpuSeconds - before };
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

/** The command from its start to its end: of some runs the median, as a second of them is easily lengthened by what else a machine does. */
async function runCommand(args: readonly string[]): Promise<Omit<Asked, 'clusters'> & { peakRssMiB: number }> {
  const { cpuSeconds, peakRssMiB } = await measureCommand(args);
  const seconds: number[] = [];
  for (let run = 0; run < COMMAND_RUNS; run++) {
    let lines = 0;
    const count = (line: string) => (lines += (JSON.parse(line) as { logCount: number }).logCount);
    seconds.push(await timeCommand(args, count));
    if (lines !== CORPUS_LINES) throw new Error(`${args.join(' ')} counts ${lines} lines of ${CORPUS_LINES}`);
  }
  return { wallSeconds: seconds.toSorted((a, b) => a - b)[COMMAND_RUNS >> 1]!, cpuSeconds, peakRssMiB };
}
