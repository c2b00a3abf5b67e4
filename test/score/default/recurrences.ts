import { ERROR, INFO, WARN } from '../../../src/domain/level.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import { TICK_MS } from '../../../src/score/detector.ts';
import { seededRandom } from '../../bench/seeded-random.ts';

const START_MS = 1_795_305_600_000;
const WARM_UP_MINUTES = 120;
/** What is raised so soon after the end of something wrong is told of that. */
const AFTERMATH_MINUTES = 6;
const encoder = new TextEncoder();

/** Chances, a second, that something is said. */
export interface Voice {
  orders: number;
  refusals: number;
  slow: number;
  coupons: number;
}

const WELL: Voice = { orders: 0.5, refusals: 0.01, slow: 0.03, coupons: 0.02 };

/** What a voice becomes, `share` of the way through. */
export type Trouble = (share: number) => Partial<Voice>;

export const TROUBLES = {
  'error burst': () => ({ refusals: 0.3 }),
  'great error burst': () => ({ refusals: 2 }),
  'error creep': (share) => ({ refusals: 0.03 + 0.4 * share }),
  'rate spike': () => ({ orders: 4 }),
  'template spike': () => ({ coupons: 0.5 }),
  'severity shift': () => ({ slow: 0.5 }),
  silence: () => ({ orders: 0, refusals: 0, slow: 0, coupons: 0 }),
} satisfies Record<string, Trouble>;

export interface Recurrence {
  trouble: Trouble;
  minutes: number;
  /** From one end to the next start. */
  gapMinutes: number;
  times: number;
  seed: number;
}

export interface Told {
  /** Anomalies raised of each time. */
  ofTimes: number[];
  /** And of nothing. */
  others: number;
  othersHours: number;
}

/** Lets something go wrong again and again in a service that is well between; deterministic. */
export function recur({ trouble, minutes, gapMinutes, times, seed }: Recurrence): Told {
  const detector = createDetector('shop', { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 500 } });
  const below = seededRandom(seed * 7919);
  const chance = (of: number) => below(1_000_000) < of * 1_000_000;
  const periodMinutes = minutes + gapMinutes;
  const ofTimes = Array.from({ length: times }, () => 0);
  let others = 0;
  const raised = (second: number) => {
    const minute = second / 60 - WARM_UP_MINUTES;
    const time = Math.floor(minute / periodMinutes);
    if (minute >= 0 && minute - time * periodMinutes < minutes + AFTERMATH_MINUTES) ofTimes[time]!++;
    else others++;
  };
  const seconds = (WARM_UP_MINUTES + times * periodMinutes) * 60;
  for (let second = 0; second < seconds; second++) {
    const ms = START_MS + second * 1000;
    const say = (level: LevelIndex, text: string) => {
      const bytes = encoder.encode(text);
      if (detector.score(bytes, 0, bytes.length, level, ms).alerts !== 0) raised(second);
    };
    const minute = second / 60 - WARM_UP_MINUTES;
    const into = minute < 0 ? minutes : minute % periodMinutes;
    const { orders, refusals, slow, coupons } = into < minutes ? { ...WELL, ...trouble(into / minutes) } : WELL;
    // A request says what it does in one to four lines, so that lines come in clumps as they do.
    for (let i = 0; i < Math.ceil(orders); i++) {
      if (!chance(orders / Math.ceil(orders))) continue;
      say(INFO, `order ${below(90_000)} placed`);
      if (chance(0.7)) say(INFO, `order ${below(90_000)} paid in ${below(400)} ms`);
      if (chance(0.4)) say(INFO, `stock of item ${below(500)} reserved`);
      if (chance(0.2)) say(INFO, `mail to customer ${below(90_000)} queued`);
    }
    for (let i = 0; i < Math.ceil(refusals); i++)
      if (chance(refusals / Math.ceil(refusals))) say(ERROR, `payment ${below(90_000)} refused by the bank`);
    if (chance(slow)) say(WARN, `slow query took ${below(400)} ms`);
    if (chance(coupons)) say(INFO, `coupon cache warmed with ${below(9000)} entries`);
    if (second % (TICK_MS / 1000) === 0) for (const _ of detector.tick(ms)) raised(second);
  }
  const othersHours = (seconds - times * (minutes + AFTERMATH_MINUTES) * 60) / 3600;
  return { ofTimes, others, othersHours };
}
