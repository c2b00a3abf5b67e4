import { oraclesPython } from '../../parts/oracles.ts';
import type { EvalOptions } from '../eval-options.ts';
import { backgroundFacts, streamKinds } from '../incidents/build-stream.ts';
import type { StreamKind } from '../incidents/build-stream.ts';
import { INCIDENT_KINDS } from '../incidents/injected-incident.ts';
import { medianDelay } from '../incidents/measure.ts';
import type { Alert } from '../incidents/measure.ts';
import { runReference } from '../incidents/run-reference.ts';
import { alertsOf, measureStream, streamOf, summarise } from '../incidents/trials.ts';
import type { Summary, Trial } from '../incidents/trials.ts';
import { amount, share, textTable } from '../text-table.ts';

/** Incidents found and false alerts raised, in streams of real lines and of synthetic ones; means over the seeds. */
export async function incidentsSection(options: EvalOptions): Promise<string> {
  const python = options.python ? (await oraclesPython()).path : undefined;
  const parts: string[] = [];
  for (const kind of streamKinds()) {
    const summaries = new Map<string, Summary>();
    if (python !== undefined) summaries.set('Python reference', await pythonSummary(kind, options, python));
    for (const profile of options.profiles) {
      const trials = options.seeds.map((seed): Trial => {
        const measured = (clean: boolean) => {
          const stream = streamOf(kind, seed, clean, options.arrivals);
          return measureStream(stream, alertsOf(stream, profile));
        };
        return { withIncidents: measured(false), clean: measured(true) };
      });
      summaries.set(`Halfspace, ${profile}`, summarise(trials));
    }
    parts.push(`## ${kind}: background`, factsTable(kind, options), `## ${kind}: detectors`, totals(summaries, WANTED));
    parts.push(`## ${kind}: kinds of incident (detected, significantly, median seconds)`, kindTable(summaries));
  }
  return parts.join('\n\n');
}

async function pythonSummary(kind: StreamKind, { seeds, arrivals }: EvalOptions, python: string): Promise<Summary> {
  const trials: Trial[] = [];
  for (const seed of seeds) {
    // Two at a time: the reference is slow and has one thread.
    const [withIncidents, clean] = await Promise.all(
      [false, true].map(async (isClean) => {
        const stream = streamOf(kind, seed, isClean, arrivals);
        const alerts: Alert[] = await runReference(python, stream);
        return measureStream(stream, alerts);
      }),
    );
    if (withIncidents !== undefined && clean !== undefined) trials.push({ withIncidents, clean });
  }
  return summarise(trials);
}

function factsTable(kind: StreamKind, { seeds, arrivals }: EvalOptions): string {
  const { train, rows, services } = streamOf(kind, seeds[0] ?? 1, true, arrivals);
  const facts = backgroundFacts([...train, ...rows], services);
  return textTable(
    ['service', 'lines/s', 'warn', 'error', 'dispersion', 'busiest minute / mean'],
    facts.map((one) => [
      one.service,
      amount(one.linesPerSecond),
      share(one.warn),
      share(one.error),
      amount(one.dispersion),
      amount(one.peak),
    ]),
  );
}

const HEAD = [
  'detector',
  'clean: alerts/h',
  'episodes/h',
  'incidents: false alerts/h',
  'false episodes/h',
  'detected',
  'significant',
  'alert precision',
  'episode precision',
  'episode F1',
  'median s',
  'silence s',
];

const WANTED = ['wanted', '<= 2', '', '', '<= 1', '', '>= .80', '>= .85', '', '>= .80', '<= 20', '<= 120'];

export function totals(summaries: ReadonlyMap<string, Summary>, ...footer: string[][]): string {
  return textTable(HEAD, [
    ...Array.from(summaries, ([name, one]) => [
      name,
      amount(one.cleanAlertsPerHour),
      amount(one.cleanEpisodesPerHour),
      amount(one.falseAlertsPerHour),
      amount(one.falseEpisodesPerHour),
      share(one.detected),
      share(one.significant),
      share(one.alertPrecision),
      share(one.episodePrecision),
      share(one.episodeF1),
      amount(one.medianDelayMs / 1000),
      amount(one.medianSilenceDelayMs / 1000),
    ]),
    ...footer,
  ]);
}

function kindTable(summaries: ReadonlyMap<string, Summary>): string {
  return textTable(
    ['kind', ...summaries.keys()],
    INCIDENT_KINDS.map((kind) => [
      kind,
      ...Array.from(summaries.values(), ({ outcomes }) => {
        const own = outcomes.filter((outcome) => outcome.kind === kind);
        const part = (count: number) => share(count / own.length);
        return [
          part(own.filter(({ detected }) => detected).length),
          part(own.filter(({ significant }) => significant).length),
          amount(medianDelay(own) / 1000).padStart(5),
        ].join('  ');
      }),
    ]),
  );
}
