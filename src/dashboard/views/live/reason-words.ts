import type { Anomaly, Reason, ReasonDetail } from '../../../domain/anomaly.ts';
import { short, whole } from '../../ui/format.ts';

type Told = Pick<Anomaly, 'reasons' | 'service' | 'hst_score' | 'explanation'>;

const WORDS: Readonly<Record<Exclude<Reason, 'anomaly_score' | 'watched' | 'new_template'>, string>> = {
  error_burst: 'more errors than usual',
  rate_spike: 'far more lines than usual',
  rate_drop: 'far fewer lines than usual',
  severity_shift: 'usually said at a lower level',
  parameter_outlier: 'a value far beyond the usual',
};

/** Why an anomaly was raised, a phrase a reason, with its numbers where they are known. */
export function reasonWords(anomaly: Told): string[] {
  const details = new Map(anomaly.explanation?.details.map((detail) => [detail.reason, detail]));
  return anomaly.reasons.map((reason) => {
    const { service, hst_score: score } = anomaly;
    if (reason === 'anomaly_score') return `score ${short(score)} of 1 in ${service}`;
    if (reason === 'watched') return 'watched: always told';
    const words = reason === 'new_template' ? newWords(anomaly) : WORDS[reason];
    return words + numbers(details.get(reason));
  });
}

function newWords({ service, explanation }: Told): string {
  const isFirst = explanation === undefined || explanation.template_count <= 1;
  return isFirst ? `first time this template was seen in ${service}` : `a template that is new in ${service}`;
}

/** As in "72 error lines in 60 s, 3 are usual". */
function numbers(detail: ReasonDetail | undefined): string {
  if (detail === undefined) return '';
  const { observed, expected, unit } = detail;
  return `: ${amount(observed)} ${unit}, ${amount(expected)} usual`;
}

function amount(value: number): string {
  return Math.abs(value) >= 100 ? whole(value) : String(Math.round(value * 100) / 100);
}
