import { LEVELS } from '../../../src/domain/level.ts';
import type { EvalOptions } from '../eval-options.ts';
import { streamKinds } from '../incidents/build-stream.ts';
import type { Stream } from '../incidents/build-stream.ts';
import { EPISODE_GAP_MS, GRACE_MS } from '../incidents/measure.ts';
import { streamOf } from '../incidents/trials.ts';
import { detectorOptions, runHalfspace } from '../incidents/run-halfspace.ts';
import type { RaisedAnomaly } from '../../../src/score/replay.ts';

/** For whoever works on a detector: every incident with what was raised in it, and every false episode, a line each. */
export function missesSection({ seeds, profiles, arrivals }: EvalOptions): Promise<string> {
  const lines: string[] = [];
  for (const kind of streamKinds()) {
    for (const profile of profiles) {
      for (const seed of seeds) {
        const stream = streamOf(kind, seed, false, arrivals);
        const raised = runHalfspace(stream.train, stream.rows, detectorOptions(profile));
        lines.push(`## ${kind} ${seed}, ${profile} profile`, '', ...incidents(stream, raised));
        lines.push('', ...falseEpisodes(stream, raised), '');
      }
    }
  }
  return Promise.resolve(lines.join('\n').trimEnd());
}

function incidents({ incidents, startMs: origin }: Stream, raised: readonly RaisedAnomaly[]): string[] {
  return incidents.map(({ kind, service, startMs, endMs }) => {
    const inside = raised.filter((one) => one.service === service && within(one, startMs, endMs + GRACE_MS));
    const delay = inside[0] === undefined ? 'MISSED' : `${((inside[0].timestamp - startMs) / 1000).toFixed(0)} s`;
    const minutes = `${clock(startMs - origin)} for ${((endMs - startMs) / 60_000).toFixed(1)} min`;
    return `${kind.padEnd(19)} ${service.padEnd(13)} ${minutes.padEnd(18)} ${delay.padStart(7)} ${counted(inside)}`;
  });
}

function falseEpisodes(stream: Stream, raised: readonly RaisedAnomaly[]): string[] {
  return stream.services.flatMap((service) => {
    const own = raised.filter((one) => one.service === service);
    const groups: RaisedAnomaly[][] = [];
    for (const one of own) {
      const last = groups.at(-1)?.at(-1);
      if (last !== undefined && one.timestamp - last.timestamp <= EPISODE_GAP_MS) groups.at(-1)?.push(one);
      else groups.push([one]);
    }
    const windows = stream.incidents.filter((incident) => incident.service === service);
    return groups
      .filter((group) => {
        const [from, to] = [group[0]?.timestamp ?? 0, group.at(-1)?.timestamp ?? 0];
        return !windows.some(({ startMs, endMs }) => from <= endMs + GRACE_MS && to >= startMs);
      })
      .map((group) => {
        const first = group[0];
        const details = first?.explanation?.details.map(
          ({ reason, observed, expected, unit }) =>
            `${reason} ${observed.toPrecision(3)} for ${expected.toPrecision(3)} ${unit}`,
        );
        const at = clock((first?.timestamp ?? 0) - stream.startMs);
        const said = `${LEVELS.indexOf(first?.level ?? 'info') > 2 ? `${first?.level}: ` : ''}${first?.message.slice(0, 100)}`;
        return `FALSE ${service.padEnd(13)} ${at} ${counted(group)}; ${(details ?? []).join(', ')}; ${said}`;
      });
  });
}

function within({ timestamp }: RaisedAnomaly, fromMs: number, toMs: number): boolean {
  return timestamp >= fromMs && timestamp <= toMs;
}

function counted(raised: readonly RaisedAnomaly[]): string {
  const counts = Map.groupBy(
    raised.flatMap(({ alerts }) => alerts),
    (reason) => reason,
  );
  return Array.from(counts, ([reason, all]) => `${reason} ${all.length}`).join(', ');
}

function clock(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}
