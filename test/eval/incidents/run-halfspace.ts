import { LEVELS } from '../../../src/domain/level.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import type { DetectorProfile } from '../../../src/domain/profile.ts';
import type { LogRow } from '../../../src/domain/row.ts';
import type { DetectorOptions } from '../../../src/score/detector.ts';
import { Replay } from '../../../src/score/replay.ts';
import type { RaisedAnomaly } from '../../../src/score/replay.ts';

/** The settings that users get who set nothing but the profile. */
export function detectorOptions(profile: DetectorProfile): DetectorOptions {
  return {
    profile,
    hstThreshold: 0.7,
    miner: { profile: profile === 'reference' ? 'drain3' : 'default', simTh: 0.4, maxTemplates: 10_000 },
  };
}

/** What a live service would have raised over `rows`, having learnt from `train`; both in order of time. */
export function runHalfspace(
  train: readonly LogRow[],
  rows: readonly LogRow[],
  detector: DetectorOptions,
): RaisedAnomaly[] {
  const raised: RaisedAnomaly[] = [];
  const replay = new Replay({ detector, servicesMax: 1000, onAnomaly: (anomaly) => raised.push(anomaly) });
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(1 << 16);
  for (const { service, message, level, timestamp } of train) {
    const { written } = encoder.encodeInto(message, bytes);
    replay.learn(service, bytes, 0, written, LEVELS.indexOf(level) as LevelIndex, timestamp);
  }
  for (const { service, message, level, timestamp } of rows) {
    const { written } = encoder.encodeInto(message, bytes);
    replay.add(service, bytes, 0, written, LEVELS.indexOf(level) as LevelIndex, timestamp);
  }
  replay.finish();
  return raised;
}
