import { countsByReason, reasonsOf } from '../../../src/domain/anomaly.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { ReferenceDetector } from '../../../src/score/reference/reference-detector.ts';
import { loadCorpus } from '../corpus.ts';
import { printMeasured } from '../measured.ts';

/** The whole live verdict, line by line: mask, Drain, features, trees, reasons: CORPUS LINES. */
const [path = '', count = '0'] = process.argv.slice(2);
const { bytes, ends, service, services, level, timestampMs } = loadCorpus(path, Number(count));

printMeasured(() => {
  const detectors = services.map(
    (name) => new ReferenceDetector(name, { hstThreshold: 0.7, miner: { profile: 'drain3', simTh: 0.4, maxTemplates: 2000 } }),
  );
  const counts = countsByReason(() => 0);
  let start = 0;
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i]!;
    const detector = detectors[service[i]!]!;
    const verdict = detector.score(bytes, start, end, level[i] as LevelIndex, timestampMs[i]!);
    if (verdict.reasons !== 0) for (const reason of reasonsOf(verdict.reasons)) counts[reason]++;
    start = end;
  }
  return { lines: ends.length, reasons: counts };
});
