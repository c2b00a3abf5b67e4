import { countsByReason, reasonsOf } from '../../../src/domain/anomaly.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import { TICK_MS } from '../../../src/score/detector.ts';
import type { DetectorOptions } from '../../../src/score/detector.ts';
import { loadCorpus, pace } from '../corpus.ts';
import { printMeasured } from '../measured.ts';

const PROFILES: Readonly<Record<string, Pick<DetectorOptions, 'profile' | 'miner'>>> = {
  reference: { profile: 'reference', miner: { profile: 'drain3', simTh: 0.4, maxTemplates: 2000 } },
  default: { profile: 'default', miner: { profile: 'default', simTh: 0.4, maxTemplates: 2000 } },
};

/** Lines that other detectors are given first: a service runs for days, and its code is compiled in its first seconds. */
const WARM_UP_LINES = 300_000;

/** The whole live verdict, line by line, and a tick every five seconds of the lines' clock: CORPUS LINES [PROFILE [LOGS_PER_SECOND]]. */
const [path = '', count = '0', profile = 'reference', logsPerSecond = '0'] = process.argv.slice(2);
const corpus = loadCorpus(path, Number(count));
if (Number(logsPerSecond) > 0) pace(corpus, Number(logsPerSecond));
const { bytes, ends, service, services, level, timestampMs } = corpus;

scoreLines(Math.min(WARM_UP_LINES, ends.length));
printMeasured(() => scoreLines(ends.length));

/** Has detectors that know nothing score the first `count` lines. */
function scoreLines(count: number) {
  const detectors = services.map((name) => createDetector(name, { ...PROFILES[profile]!, hstThreshold: 0.7 }));
  /** Lines by the bits of their reasons. */
  const lines = new Uint32Array(256);
  let raised = 0;
  let start = 0;
  let nextTickMs = (timestampMs[0] ?? 0) + TICK_MS;
  for (let i = 0; i < count; i++) {
    const end = ends[i]!;
    const nowMs = timestampMs[i]!;
    for (; nowMs >= nextTickMs; nextTickMs += TICK_MS)
      for (const detector of detectors) raised += detector.tick(nextTickMs).length;
    const detector = detectors[service[i]!]!;
    const verdict = detector.score(bytes, start, end, level[i] as LevelIndex, nowMs);
    lines[verdict.reasons]!++;
    if (verdict.alerts !== 0) raised++;
    start = end;
  }
  const counts = countsByReason(() => 0);
  lines.forEach((found, reasons) => {
    for (const reason of reasonsOf(reasons)) counts[reason] += found;
  });
  return { lines: count, reasons: counts, raised };
}
