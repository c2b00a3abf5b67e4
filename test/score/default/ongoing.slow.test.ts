import { describe, expect, it } from 'vitest';
import { ERROR, INFO, LEVELS, WARN } from '../../../src/domain/level.ts';
import type { LevelIndex } from '../../../src/domain/level.ts';
import type { Incident, IncidentChange } from '../../../src/domain/incident.ts';
import { Incidents } from '../../../src/incident/incidents.ts';
import { Replay } from '../../../src/score/replay.ts';
import { seededRandom } from '../../bench/seeded-random.ts';

const START_MS = 1_795_305_600_000;
const MINUTE_MS = 60_000;
const encoder = new TextEncoder();

/** Chances, a second, that a line is said. */
interface Voice {
  orders?: number;
  refusals?: number;
  slow?: number;
  severe?: number;
  lost?: number;
  warmed?: number;
}

const WELL: Voice = { orders: 0.8, refusals: 0.01, slow: 0.03 };

/** Incidents of a service that is well for an hour and a half, for some minutes as told, and then well again. */
function incidentsOf(trouble: Voice, minutes: number): Incident[] {
  const incidents = new Incidents();
  const ended: Incident[] = [];
  const take = (changes: readonly IncidentChange[]) => {
    for (const { kind, incident } of changes) if (kind === 'resolved') ended.push(incident);
  };
  const replay = new Replay({
    detector: { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 500 } },
    servicesMax: 10,
    onAnomaly: (anomaly) => take(incidents.add(anomaly).changes),
    onCourses(courses, nowMs) {
      incidents.follow(courses, nowMs);
      take(incidents.advance(nowMs));
    },
  });
  const below = seededRandom(11);
  const say = (service: string, atMs: number, level: LevelIndex, text: string) => {
    const bytes = encoder.encode(text);
    replay.add(service, bytes, 0, bytes.length, level, atMs);
  };
  const chance = (of = 0) => below(1_000_000) < of * 1_000_000;
  const pass = (fromMinute: number, toMinute: number, voice: Voice) => {
    const { orders, refusals, slow, severe, lost, warmed } = { ...WELL, ...voice };
    for (let atMs = fromMinute * MINUTE_MS; atMs < toMinute * MINUTE_MS; atMs += 1000) {
      const ms = START_MS + atMs;
      // Somebody who goes on speaking: silence is not the end of the rows.
      say('beat', ms, INFO, 'still here');
      for (let i = 0; i < 8; i++) if (chance((orders ?? 0) / 8)) say('shop', ms, INFO, `order ${below(90_000)} placed`);
      if (chance(refusals)) say('shop', ms, ERROR, `payment ${below(90_000)} refused by the bank`);
      if (chance(slow)) say('shop', ms, WARN, `slow query took ${below(400)} ms`);
      if (chance(severe)) say('shop', ms, ERROR, `order ${below(90_000)} placed`);
      if (chance(lost)) say('shop', ms, ERROR, `journal segment ${below(90)} is corrupt`);
      if (chance(warmed)) say('shop', ms, INFO, `coupon cache warmed with ${below(9000)} entries`);
    }
  };
  pass(0, 90, WELL);
  pass(90, 90 + minutes, trouble);
  pass(90 + minutes, 90 + minutes + 30, WELL);
  replay.finish();
  expect(incidents.openCount).toBe(0);
  return ended;
}

const minuteOf = (ms = 0) => (ms - START_MS) / MINUTE_MS - 90;

describe('an incident stays open while what it tells goes on, and ends some minutes after it:', () => {
  it.each<[string, Voice, number]>([
    ['errors', { refusals: 0.3 }, 0.3],
    ['a few errors more', { refusals: 0.08 }, 0.08],
    ['lines', { orders: 4 }, 4],
    ['warnings', { slow: 0.5 }, 0.5],
    ['lines above their level', { severe: 0.2 }, 0.2],
    ['a few lines above their level', { severe: 0.03 }, 0.03],
    ['a new error', { lost: 0.1 }, 0.1],
    ['fewer lines', { orders: 0.15 }, 0],
    ['silence', { orders: 0, refusals: 0, slow: 0 }, 0],
  ])('%s', (_, trouble, perSecond) => {
    const [incident, ...others] = incidentsOf(trouble, 40);
    expect(others).toEqual([]);
    expect(minuteOf(incident!.first_seen)).toBeLessThan(10);
    expect(minuteOf(incident!.ongoing_until)).toBeGreaterThan(39);
    expect(minuteOf(incident!.resolved_at)).toBeGreaterThan(44);
    expect(minuteOf(incident!.resolved_at)).toBeLessThan(50);
    expect(incident!.resolution).toBe('over');
    const lines = perSecond * 40 * 60;
    expect(incident!.line_count).toBeGreaterThanOrEqual(lines * 0.6);
    expect(incident!.line_count).toBeLessThanOrEqual(lines * 1.3);
  });
});

describe('what goes on for an hour after it was told last', () => {
  it.each<[string, Voice]>([
    ['errors', { refusals: 0.3 }],
    ['lines', { orders: 4 }],
    ['a new error', { lost: 0.1 }],
    ['fewer lines', { orders: 0.15 }],
    ['silence', { orders: 0, refusals: 0, slow: 0 }],
  ])('counts as usual, and its incident says so: %s', (_, trouble) => {
    const [incident] = incidentsOf(trouble, 180);
    expect(incident!.resolution).toBe('usual');
    expect(minuteOf(incident!.ongoing_until) - minuteOf(incident!.last_seen)).toBeCloseTo(60, -0.5);
  });
});

it('a new line below warn is news once: that it goes on keeps no incident open', () => {
  const [incident] = incidentsOf({ warmed: 0.1 }, 40);
  expect(minuteOf(incident!.resolved_at)).toBeLessThan(15);
  expect(incident).not.toHaveProperty('ongoing_until');
  expect(LEVELS.indexOf(incident!.worst_level)).toBe(INFO);
});
