import { REASON_BIT } from '../../domain/anomaly.ts';
import type { Explanation, Reason, ReasonDetail } from '../../domain/anomaly.ts';
import type { TemplateMiner } from '../../mine/template-miner.ts';
import type { Verdict } from '../detector.ts';
import type { EventClock } from './event-clock.ts';
import type { EventStream } from './event-stream.ts';
import type { Lineage } from './lineage.ts';
import { scopeOf } from './finding.ts';
import type { LineTrees } from './line-trees.ts';
import { nearestTemplate } from './nearest-template.ts';
import type { ServiceState } from './service-state.ts';
import { FIRST_SEEN, LAST_SEEN } from './template-memory.ts';
import type { TemplateMemory } from './template-memory.ts';

export interface LineContext {
  state: ServiceState;
  trees: LineTrees;
  miner: TemplateMiner;
  lineage: Lineage;
  clock: EventClock;
}

/** Why the line judged last, which is told, is anomalous. */
export function explainLine({ state, trees, miner, lineage, clock }: LineContext, verdict: Verdict): Explanation {
  const { template, reasons, score } = verdict;
  const memory = template.memory as TemplateMemory;
  const nearest = nearestTemplate(template, miner.templates());
  // A line that is told all the same, as one that is watched, was counted as silent before that was known.
  const isCounted = verdict.alerts === 0 && (reasons & ~REASON_BIT.watched) !== 0;
  const repeats = memory.repeats - (isCounted ? 1 : 0);
  memory.repeats = 0;
  return {
    details: detailsOf(state, memory, reasons, score, lineage.fingerprintOf(template)).map((detail) => ({
      ...detail,
      since: clock.outer(detail.since),
    })),
    features: trees.ranges.unusual(trees.key),
    ...(nearest === undefined
      ? {}
      : {
          nearest: {
            template: nearest.template.text,
            fingerprint: lineage.fingerprintOf(nearest.template),
            differences: nearest.differences,
          },
        }),
    first_seen: memory.numbers[FIRST_SEEN]!,
    last_seen: memory.numbers[LAST_SEEN]!,
    template_count: template.size,
    repeats,
  };
}

function detailsOf(
  state: ServiceState,
  memory: TemplateMemory,
  reasons: number,
  score: number,
  fingerprint: string,
): ReasonDetail[] {
  const { nowMs, novelty, severity, values, watch, templates } = state;
  const streams: readonly [Reason, EventStream, string][] = [
    ['new_template', novelty.streamFor(memory), 'lines of new templates'],
    ['severity_shift', severity, 'lines above their usual level'],
    ['parameter_outlier', values, 'lines with unusual values'],
    ['error_burst', watch.errors, 'error lines'],
  ];
  const details = streams
    .filter(([reason]) => (reasons & REASON_BIT[reason]) !== 0)
    .map(([reason, events, unit]) => detailOf(reason, events, unit, nowMs));
  if (reasons & REASON_BIT.rate_spike)
    details.push({ ...templates.signalOf(memory, nowMs).detail, ...scopeOf(fingerprint) });
  if (reasons & REASON_BIT.anomaly_score) {
    details.push({ reason: 'anomaly_score', observed: score, expected: 0.5, unit: 'score', since: nowMs });
  }
  return details;
}

function detailOf(reason: Reason, { watch }: EventStream, unit: string, nowMs: number): ReasonDetail {
  const { observed, expected } = watch;
  const since = Number.isNaN(watch.sinceMs) ? nowMs : watch.sinceMs;
  return { reason, observed, expected, unit, since, ...scopeOf(undefined) };
}
