import type { LevelIndex } from '../../src/domain/level.ts';
import { ERROR, INFO, WARN } from '../../src/domain/level.ts';
import type { Detector } from '../../src/score/detector.ts';
import { TICK_MS } from '../../src/score/detector.ts';
import { seededRandom } from '../bench/seeded-random.ts';

export const START_MS = 1_795_305_600_000;
const encoder = new TextEncoder();
const VERBS = 'loaded sent stored moved checked renamed opened closed split joined packed parsed'.split(' ');
const NOUNS = 'invoice basket parcel ledger voucher refund coupon account stock label quote draft'.split(' ');

/** One thing that happens to a detector. */
export type Step =
  | { kind: 'line' | 'learn'; bytes: Uint8Array; level: LevelIndex; atMs: number; kept: Uint8Array | undefined }
  | { kind: 'tick'; atMs: number };

/** A service's life: usual lines, words that turn out to be variables, bursts, pauses, late lines, lessons, ticks. */
export function someSteps(seed: number, count: number): Step[] {
  const below = seededRandom(seed + 1);
  const random = () => below(1_000_003) / 1_000_003;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const steps: Step[] = [];
  let atMs = START_MS;
  let tickedMs = atMs;
  let burst = 0;
  for (let i = 0; i < count; i++) {
    if (random() < 0.002) burst = 40;
    if (random() < 0.001) atMs += random() < 0.5 ? 400_000 : 90_000;
    atMs += burst > 0 ? 20 : Math.floor(random() * 900);
    for (; tickedMs + TICK_MS < atMs; tickedMs += TICK_MS) steps.push({ kind: 'tick', atMs: tickedMs + TICK_MS });
    const text = burst > 0 ? failure(random, burst) : usual(random, pick);
    burst = Math.max(0, burst - 1);
    const level = burst > 0 ? ERROR : random() < 0.03 ? WARN : random() < 0.005 ? ERROR : INFO;
    const late = random() < 0.02 ? 30_000 : 0;
    const kept = random() < 0.2 ? encoder.encode(`${pick(VERBS)} <*> of ${pick(NOUNS)}`) : undefined;
    const kind = random() < 0.01 ? 'learn' : 'line';
    steps.push({ kind, bytes: encoder.encode(text), level, atMs: atMs - late, kept });
  }
  return steps;
}

function usual(random: () => number, pick: <T>(from: readonly T[]) => T): string {
  const number = Math.floor(random() * 10_000);
  const kind = random();
  if (kind < 0.3) return `charge ${number} captured, amount ${Math.floor(random() * 500)}.${10 + (number % 89)} EUR`;
  if (kind < 0.5) return `GET /api/items/${number} 200 in ${random() < 0.003 ? 90_000 : number % 120}ms`;
  if (kind < 0.7) return `worker ${pick(VERBS)} ${pick(NOUNS)} for tenant ${pick(NOUNS)}${number % 7}`;
  if (kind < 0.85) return `{"msg":"${pick(VERBS)} ${pick(NOUNS)}","took":${number},"host":"h${number % 5}"}`;
  if (kind < 0.95) return `cache of ${pick(NOUNS)} refreshed`;
  return `${pick(VERBS)} ${pick(NOUNS)} ${pick(VERBS)} ${pick(NOUNS)} after ${number} ms é`;
}

function failure(random: () => number, burst: number): string {
  if (burst % 9 === 0) return `could not reach shard-${Math.floor(random() * 1e6).toString(36)} of ledger`;
  return `payment ${burst} failed: connection pool exhausted`;
}

/** What the detector says at this step, as its readers see it. */
export function take(detector: Detector, step: Step): unknown {
  if (step.kind === 'tick') {
    const findings = detector.tick(step.atMs).map(({ template, ...finding }) => ({
      ...finding,
      template: template && [template.id, template.text, detector.fingerprintOf(template)],
    }));
    return { findings, ongoing: detector.ongoing };
  }
  const { bytes, level, atMs, kept } = step;
  if (kept !== undefined) detector.keepTemplate(kept, 0, kept.length);
  if (step.kind === 'learn') {
    detector.learn(bytes, 0, bytes.length, level, atMs);
    return undefined;
  }
  const { template, ...verdict } = detector.score(bytes, 0, bytes.length, level, atMs);
  return {
    ...verdict,
    template: [template.id, template.text, template.size, template.version, template.aliases],
    fingerprint: detector.fingerprintOf(template),
    explanation: verdict.alerts === 0 ? undefined : detector.explain(bytes, 0, bytes.length),
  };
}
