import type { Anomaly, Reason, ReasonDetail } from '../../domain/anomaly.ts';
import { unitWords } from '../../domain/amount-words.ts';
import { short, twoDigits, whole } from './format.ts';

type Told = Pick<Anomaly, 'reasons' | 'service' | 'hst_score' | 'explanation'>;

/** What each reason says, wherever it is named without its numbers. */
export const REASON_WORDS: Readonly<Record<Reason, string>> = {
  anomaly_score: 'unlike the usual lines',
  new_template: 'new template',
  error_burst: 'more errors than usual',
  rate_spike: 'far more lines than usual',
  rate_drop: 'far fewer lines than usual',
  severity_shift: 'usually said at a lower level',
  parameter_outlier: 'a value far beyond the usual',
  watched: 'watched: always told',
};

/** Why an anomaly was raised, a phrase a reason, with its numbers where they are known. */
export function reasonWords(anomaly: Told): string[] {
  // The strongest of a reason comes first, and is what the message tells.
  const details = new Map(anomaly.explanation?.details.toReversed().map((detail) => [detail.reason, detail]));
  return anomaly.reasons.map((reason) => {
    if (reason === 'anomaly_score') return `${REASON_WORDS[reason]}: score ${twoDigits(anomaly.hst_score)} of 1`;
    const detail = details.get(reason);
    const words = reason === 'new_template' ? newWords(anomaly) : REASON_WORDS[reason];
    const isWhole = (reason === 'rate_spike' || reason === 'rate_drop') && detail?.scope === 'service';
    return words + (isWhole ? ' in the whole service' : '') + numbers(detail);
  });
}

function newWords({ service, explanation }: Told): string {
  const isFirst = explanation === undefined || explanation.template_count <= 1;
  return isFirst ? `first time this template was seen in ${service}` : `a template that is new in ${service}`;
}

/** As in ": 72 error lines in 60 s, usually 3". What has only been said once goes without. */
function numbers(detail: ReasonDetail | undefined): string {
  if (detail === undefined) return '';
  const { reason, observed, expected, unit } = detail;
  if (reason === 'new_template' && observed <= 1) return '';
  return `: ${amount(observed)} ${unitWords(unit, observed)}, usually ${amount(expected)}`;
}

function amount(value: number): string {
  if (Math.abs(value) >= 1e6) return short(value);
  return Math.abs(value) >= 100 ? whole(value) : twoDigits(value);
}
