import { isDeepStrictEqual } from 'node:util';
import { CORPUS_LINES, corpusFile } from '../corpus.ts';
import { perCpuSecond, short } from '../figure.ts';
import type { Figure } from '../figure.ts';
import type { Measured } from '../measured.ts';
import { rateOf, runOurs, runPeer } from '../run-measured.ts';

interface Comparison {
  section: string;
  what: string;
  /** Ours that does what the peer does. */
  profile: 'drain3' | 'reference';
  /** Lines of the corpus that the peer is given: a few seconds' worth. */
  peerLines: number;
  wantedRatio: number;
  /** What both must find in the same lines. */
  same: string;
  /** Our own way of doing the same, beside the same peer. */
  ownWay?: { what: string; wantedRatio: number };
  /** How fast the lines come by their own clock; as the corpus has them when absent. */
  logsPerSecond?: number;
}

/** What the Collector's testbed sends. */
const TESTBED_LOGS_PER_SECOND = 10_000;

/** Message to template against the nine masks in Python + drain3. */
export function mineSection(): Promise<Figure[]> {
  return compare({
    section: 'mine',
    what: 'mask + Drain (profile drain3)',
    profile: 'drain3',
    peerLines: 200_000,
    wantedRatio: 30,
    same: 'templates',
    ownWay: { what: 'message to template (profile default)', wantedRatio: 30 },
  });
}

/** Half-Space-Trees, score then learn, against River. */
export function treesSection(): Promise<Figure[]> {
  return compare({
    section: 'trees',
    what: 'Half-Space-Trees',
    profile: 'reference',
    peerLines: 60_000,
    wantedRatio: 200,
    same: 'scoreSum',
  });
}

/**
 * The whole verdict on a line against masks + drain3 + features + River + reasons, at the corpus' own 93 logs/s and at
 * the testbed's load. The peer sums up its last minute at every line, so its cost a line grows with the load; the
 * twelve seconds of the testbed's load that it is given are a fifth of that minute, so this flatters it. Ours is measured
 * once its code is compiled, as a service that runs for days has it: its first two million lines take a quarter more.
 */
export async function liveSection(): Promise<Figure[]> {
  const atRate = (what: string, peerLines: number, logsPerSecond?: number) =>
    compare({
      section: 'live',
      what: `whole live verdict (profile reference), ${what}`,
      profile: 'reference',
      peerLines,
      wantedRatio: 200,
      same: 'reasons',
      ownWay: { what: `whole live verdict (profile default), ${what}`, wantedRatio: 150 },
      ...(logsPerSecond !== undefined && { logsPerSecond }),
    });
  return [...(await atRate('10,000 logs/s', 120_000, TESTBED_LOGS_PER_SECOND)), ...(await atRate('93 logs/s', 60_000))];
}

/** Isolation Forest over 500 templates against scikit-learn's. */
export async function forestSection(): Promise<Figure[]> {
  const ours = millisecondsACall(await runOurs('forest', [500, 20]));
  const peer = millisecondsACall(await runPeer('forest', [500, 10]));
  return [
    {
      section: 'forest',
      what: 'Isolation Forest, 500 templates',
      ours: `${short(ours)} ms`,
      peer: `${short(peer)} ms`,
      ratio: `${short(peer / ours)} x`,
      wanted: '< 50 ms',
      met: ours < 50,
    },
  ];
}

/** Ours over the whole corpus and the peer over a prefix; both over that prefix too, where they must agree. */
async function compare({
  section,
  what,
  profile,
  peerLines,
  wantedRatio,
  same,
  ownWay,
  logsPerSecond = 0,
}: Comparison): Promise<Figure[]> {
  const corpus = await corpusFile();
  const peer = await runPeer(section, [corpus, peerLines, logsPerSecond]);
  const onSameLines = await runOurs(section, [corpus, peerLines, profile, logsPerSecond]);
  const figures = [
    besides(section, what, await runOurs(section, [corpus, CORPUS_LINES, profile, logsPerSecond]), peer, wantedRatio),
    {
      section,
      what: `same ${same} over ${short(peerLines)} lines`,
      ours: JSON.stringify(onSameLines[same]),
      peer: JSON.stringify(peer[same]),
      ratio: '',
      wanted: 'equal',
      met: agrees(onSameLines[same], peer[same]),
    },
  ];
  if (ownWay === undefined) return figures;
  const ours = await runOurs(section, [corpus, CORPUS_LINES, 'default', logsPerSecond]);
  return [...figures, besides(section, ownWay.what, ours, peer, ownWay.wantedRatio)];
}

function besides(section: string, what: string, ours: Measured, peer: Measured, wantedRatio: number): Figure {
  const ratio = rateOf(ours) / rateOf(peer);
  return {
    section,
    what,
    ours: perCpuSecond(rateOf(ours)),
    peer: perCpuSecond(rateOf(peer)),
    ratio: `${short(ratio)} x`,
    wanted: `>= ${wantedRatio} x`,
    met: ratio >= wantedRatio,
  };
}

/** Sums of scores may differ in their last digits only. */
function agrees(ours: unknown, peer: unknown): boolean {
  if (typeof ours === 'number' && typeof peer === 'number') return Math.abs(ours - peer) <= 1e-9 * Math.abs(peer);
  return isDeepStrictEqual(knownTo(peer, ours), peer);
}

/** Of an object of counts, those that the peer knows of. */
function knownTo(peer: unknown, ours: unknown): unknown {
  if (typeof peer !== 'object' || peer === null || typeof ours !== 'object' || ours === null) return ours;
  return Object.fromEntries(Object.entries(ours).filter(([name]) => Object.hasOwn(peer, name)));
}

function millisecondsACall({ cpuSeconds, lines }: Measured): number {
  return (cpuSeconds * 1000) / lines;
}
