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

/**
 * What each reason is worth: alerts are kept that have one of the reasons named. Those that alert by default are left out
 * one at a time; the others join, in a run where every reason alerts.
 */
export function ablationSection({ profiles, seeds, arrivals }: EvalOptions): Promise<string> {
  const parts: string[] = [];
  for (const kind of streamKinds()) {
    for (const profile of profiles) {
      const [byDefault, every] = [false, true].map((allReasons) =>
        seeds.map((seed) =>
          [false, true].map((clean): Run => {
            const stream = streamOf(kind, seed, clean, arrivals);
            return { stream, alerts: alertsOf(stream, profile, allReasons) };
          }),
        ),
      ) as [Run[][], Run[][]];
      const usual = reasonsIn(byDefault);
      const others = reasonsIn(every).filter((reason) => !usual.includes(reason));
      const without = (reason: Reason) => usual.filter((other) => other !== reason);
      const summaries = new Map<string, Summary>([
        ['as by default', summaryOf(byDefault, usual)],
        ...usual.map((reason): [string, Summary] => [`without ${reason}`, summaryOf(byDefault, without(reason))]),
        ...others.map((reason): [string, Summary] => [`with ${reason}`, summaryOf(every, [...usual, reason])]),
        ...reasonsIn(every).map((reason): [string, Summary] => [`${reason} alone`, summaryOf(every, [reason])]),
      ]);
      parts.push(`## ${kind}: ${profile} profile, by reason`, totals(summaries));
    }
  }
  return Promise.resolve(parts.join('\n\n'));
}

function reasonsIn(runs: readonly Run[][]): Reason[] {
  return REASONS.filter((reason) => runs.flat().some(({ alerts }) => alerts.some(has([reason]))));
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
