import { REASONS } from '../../../src/domain/anomaly.ts';
import type { Reason } from '../../../src/domain/anomaly.ts';
import type { EvalOptions } from '../eval-options.ts';
import { streamKinds } from '../incidents/build-stream.ts';
import type { Stream } from '../incidents/build-stream.ts';
import type { Alert } from '../incidents/measure.ts';
import { alertsOf, measureStream, streamOf, summarise } from '../incidents/trials.ts';
import type { Summary } from '../incidents/trials.ts';
import { totals } from './incidents.ts';

interface Run {
  stream: Stream;
  alerts: Alert[];
}

/** What each reason is worth: every reason raises alerts, and those are kept that have one of the reasons named. */
export function ablationSection({ profiles, seeds }: EvalOptions): Promise<string> {
  const parts: string[] = [];
  for (const kind of streamKinds()) {
    for (const profile of profiles) {
      const runs = seeds.map((seed) =>
        [false, true].map((clean): Run => {
          const stream = streamOf(kind, seed, clean);
          return { stream, alerts: alertsOf(stream, profile, true) };
        }),
      );
      const seen = REASONS.filter((reason) => runs.flat().some(({ alerts }) => alerts.some(has([reason]))));
      const summaries = new Map<string, Summary>([
        ['every reason', summaryOf(runs, seen)],
        ...seen.map((reason): [string, Summary] => [`${reason} alone`, summaryOf(runs, [reason])]),
        ...seen.map((reason): [string, Summary] => [
          `without ${reason}`,
          summaryOf(
            runs,
            seen.filter((other) => other !== reason),
          ),
        ]),
      ]);
      parts.push(`## ${kind}: ${profile} profile, by reason`, totals(summaries));
    }
  }
  return Promise.resolve(parts.join('\n\n'));
}

function summaryOf(runs: readonly Run[][], kept: readonly Reason[]): Summary {
  return summarise(
    runs.map((pair) => {
      const [withIncidents, clean] = pair.map(({ stream, alerts }) => measureStream(stream, alerts.filter(has(kept))));
      if (withIncidents === undefined || clean === undefined) throw new Error('a run has two streams');
      return { withIncidents, clean };
    }),
  );
}

function has(kept: readonly Reason[]): (alert: Alert) => boolean {
  return ({ reasons }) => reasons.some((reason) => kept.includes(reason));
}
