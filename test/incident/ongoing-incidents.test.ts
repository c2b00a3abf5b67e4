import { describe, expect, test } from 'vitest';
import type { Course, ServiceCourse } from '../../src/domain/incident.ts';
import { Incidents } from '../../src/incident/incidents.ts';
import { anomaly, play, QUIET_MS, START_MS } from './anomaly-samples.ts';

describe('an incident whose service goes on as it told', () => {
  const MINUTE_MS = 60_000;
  const courses = (course: Exclude<Course, 'over'>, service = 'shop', lines = 0): ServiceCourse[] => [
    { service, course, lines, since: START_MS },
  ];
  /** Minutes in which it goes on, from the first on. */
  const goOn = (incidents: Incidents, minutes: number, service = 'shop') => {
    for (let minute = 1; minute <= minutes; minute++) {
      const nowMs = START_MS + minute * MINUTE_MS;
      incidents.follow(courses('ongoing', service, minute * 10), nowMs);
      expect(incidents.advance(nowMs)).toEqual([]);
    }
  };

  test('stays open without an anomaly, and is over when it was quiet for long enough after that', () => {
    const incidents = new Incidents();
    play([anomaly(0)], incidents);
    goOn(incidents, 30);
    expect(incidents.open()).toMatchObject([{ last_seen: START_MS, ongoing_until: START_MS + 30 * MINUTE_MS }]);
    expect(incidents.advance(START_MS + 35 * MINUTE_MS)).toEqual([]);
    expect(incidents.advance(START_MS + 35 * MINUTE_MS + 1)).toMatchObject([
      {
        kind: 'resolved',
        incident: { count: 1, line_count: 300, resolution: 'over', resolved_at: START_MS + 35 * MINUTE_MS },
      },
    ]);
  });

  test('says so where it goes on still and counts as usual, until something is told anew', () => {
    const incidents = new Incidents();
    play([anomaly(0)], incidents);
    goOn(incidents, 9);
    incidents.follow(courses('usual'), START_MS + 10 * MINUTE_MS);
    const [resolved] = incidents.advance(START_MS + 15 * MINUTE_MS);
    expect(resolved).toMatchObject({ incident: { resolution: 'usual', resolved_at: START_MS + 14 * MINUTE_MS } });
    // What is usual by then is nothing of a later incident.
    play([anomaly(20 * MINUTE_MS)], incidents);
    incidents.follow(courses('usual'), START_MS + 21 * MINUTE_MS);
    expect(incidents.advance(START_MS + 26 * MINUTE_MS)).toMatchObject([{ incident: { resolution: 'over' } }]);
  });

  test('is shown to readers once a minute, told to nobody', () => {
    const incidents = new Incidents();
    play([anomaly(0)], incidents);
    const shown = Array.from({ length: 36 }, (_, i) =>
      incidents.follow(courses('ongoing'), START_MS + (i + 1) * 5000),
    ).flat();
    expect(shown.map(({ ongoing_until: until = 0 }) => until - START_MS)).toEqual([5000, 65_000, 125_000]);
  });

  test('does not come back once it is over, and is no incident where none was told', () => {
    const incidents = new Incidents();
    play([anomaly(0)], incidents);
    expect(incidents.follow(courses('ongoing'), START_MS + QUIET_MS + 1)).toEqual([]);
    expect(incidents.follow(courses('ongoing', 'other'), START_MS)).toEqual([]);
    expect(incidents.advance(START_MS + QUIET_MS + 1)).toMatchObject([{ kind: 'resolved' }]);
  });

  test('goes on after a restart, and as part of another', () => {
    const incidents = new Incidents();
    play([anomaly(0)], incidents);
    goOn(incidents, 9);
    const restored = new Incidents();
    restored.restore(incidents.open());
    expect(restored.open()).toEqual(incidents.open());
    expect(restored.advance(START_MS + 14 * MINUTE_MS)).toEqual([]);
    expect(restored.advance(START_MS + 14 * MINUTE_MS + 1)).toMatchObject([{ incident: { resolution: 'over' } }]);

    const wide = new Incidents();
    const changes = play(
      ['a', 'b', 'c'].map((service, i) => anomaly(i, { service })),
      wide,
    );
    expect(changes.flatMap(({ incident: { resolution } }) => resolution ?? [])).toEqual(['merged', 'merged']);
    goOn(wide, 20, 'b');
    expect(wide.open()).toMatchObject([{ services: ['a', 'b', 'c'], line_count: 202 }]);
  });

  test('is displaced early by others only when it has been quiet for longest', () => {
    const incidents = new Incidents({ openMax: 2 });
    play([anomaly(0), anomaly(70_000, { service: 'quiet' })], incidents);
    incidents.follow(courses('ongoing'), START_MS + 140_000);
    const [displaced] = incidents.add(anomaly(140_000, { service: 'third' })).changes;
    expect(displaced).toMatchObject({ incident: { service: 'quiet', resolution: 'displaced' } });
  });
});
