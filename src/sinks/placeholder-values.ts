import type { Anomaly, Reason } from '../domain/anomaly.ts';
import type { Incident } from '../domain/incident.ts';
import { lastFound } from '../domain/resolution-words.ts';
import type { AlertEvent } from './alert-event.ts';
import type { Placeholder } from './text-template.ts';

/** Names in a list before "and N more". */
const SHOWN_MAX = 5;
const SAMPLE_CHARS_MAX = 500;
const NAME_CHARS_MAX = 200;

const REASON_WORDS: Readonly<Record<Reason, string>> = {
  anomaly_score: 'unusual lines',
  new_template: 'lines never seen before',
  error_burst: 'burst of errors',
  rate_spike: 'far more lines than usual',
  rate_drop: 'far fewer lines than usual',
  severity_shift: 'more severe lines than usual',
  parameter_outlier: 'unusual values',
  watched: 'a watched template',
};

type Values = Readonly<Record<Placeholder, string>>;
type Told = Pick<AlertEvent, 'kind' | 'severity' | 'url'>;

/** Plain text on one line each; the sink escapes them for the language that it writes. */
export function incidentValues(told: Told, incident: Incident): Values {
  const { first_seen: first, last_seen: last, samples, templates, trace_ids: traces } = incident;
  const worst = samples.find(({ level }) => level === incident.worst_level) ?? samples[0];
  return {
    ...common(told, incident.reasons),
    service: oneLine(incident.service, NAME_CHARS_MAX),
    services: listed(incident.services),
    count: counted(incident.count),
    anomalies: incident.count === 1 ? '1 anomaly' : `${counted(incident.count)} anomalies`,
    line_count: counted(incident.line_count),
    level: incident.worst_level,
    score: incident.worst_score.toFixed(2),
    template: oneLine(templates[0]?.template ?? '', SAMPLE_CHARS_MAX),
    templates: counted(templates.length),
    sample: oneLine(worst?.message ?? '', SAMPLE_CHARS_MAX),
    first_seen: instant(first),
    last_seen: instant(last),
    duration: duration(lastFound(incident) - first),
    trace_id: traces[0] ?? '',
    incident_id: incident.id,
    fingerprint: incident.fingerprint,
  };
}

export function anomalyValues(told: Told, anomaly: Anomaly): Values {
  const repeats = anomaly.explanation?.repeats ?? 0;
  return {
    ...common(told, anomaly.reasons),
    service: oneLine(anomaly.service, NAME_CHARS_MAX),
    services: oneLine(anomaly.service, NAME_CHARS_MAX),
    count: '1',
    anomalies: '1 anomaly',
    line_count: counted(1 + repeats),
    level: anomaly.level,
    score: anomaly.hst_score.toFixed(2),
    template: oneLine(anomaly.template, SAMPLE_CHARS_MAX),
    templates: '1',
    sample: oneLine(anomaly.message, SAMPLE_CHARS_MAX),
    first_seen: instant(anomaly.timestamp),
    last_seen: instant(anomaly.timestamp),
    duration: duration(0),
    trace_id: anomaly.trace_id ?? '',
    incident_id: '',
    fingerprint: anomaly.fingerprint,
  };
}

function common({ kind, severity, url }: Told, reasons: readonly Reason[]) {
  return {
    event: kind,
    severity,
    reason: REASON_WORDS[reasons[0] ?? 'anomaly_score'],
    reasons: reasons.map((reason) => REASON_WORDS[reason]).join(', '),
    url: url ?? '',
  };
}

/** "a, b and 3 more". */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_MAX).map((name) => oneLine(name, NAME_CHARS_MAX));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** What comes from logs may hold anything: control characters become blanks, long texts are cut. */
export function oneLine(text: string, charsMax: number): string {
  const line = text
    .slice(0, charsMax * 2)
    .toWellFormed()
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim();
  return line.length > charsMax ? `${line.slice(0, charsMax - 1).toWellFormed()}…` : line;
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}

/** To the second: 2026-01-31T12:00:00Z. */
function instant(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
