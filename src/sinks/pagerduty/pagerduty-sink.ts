import type { AlertEvent } from '../alert-event.ts';
import type { HttpPost } from '../http-post.ts';
import { oneLine } from '../placeholder-values.ts';
import type { SendResult, Sink } from '../sink.ts';

export interface PagerDutyOptions {
  post: HttpPost;
  /** Integration key of the service that is paged. */
  routingKey: string;
}

/** Limits of the Events API v2. */
const SUMMARY_MAX = 1024;
const DEDUP_KEY_MAX = 255;
const SAMPLES_MAX = 5;
const SAMPLE_MAX = 500;

/**
 * PagerDuty, by its Events API v2. An incident is one alert there: `trigger` opens and updates it, `resolve` ends it,
 * all with the incident's id as `dedup_key`.
 */
export function createPagerDutySink({ post, routingKey }: PagerDutyOptions): Sink {
  return {
    batchMax: 1,
    async send([alert], signal): Promise<SendResult> {
      if (alert === undefined) return { outcome: 'delivered' };
      const { event } = alert;
      const event_action = event.kind === 'resolved' ? 'resolve' : 'trigger';
      const body = { routing_key: routingKey, event_action, dedup_key: dedupKey(event), ...detailsOf(event) };
      const result = await post.send(JSON.stringify(body), { 'content-type': 'application/json' }, signal);
      if (event.kind !== 'test' || result.outcome !== 'delivered') return result;
      // A test pages nobody for longer than the answer takes.
      const ends = { routing_key: routingKey, event_action: 'resolve', dedup_key: dedupKey(event) };
      return post.send(JSON.stringify(ends), { 'content-type': 'application/json' }, signal);
    },
    close: () => post.close(),
  };
}

function dedupKey({ kind, incident, anomaly }: AlertEvent): string {
  const subject = incident?.id ?? anomaly?.fingerprint ?? '';
  return `halfspace${kind === 'test' ? '-test' : ''}-${subject}`.slice(0, DEDUP_KEY_MAX);
}

function detailsOf(event: AlertEvent): Record<string, unknown> {
  const { kind, severity, title, text, at, url, runbook, incident } = event;
  if (kind === 'resolved') return {};
  const links = [
    ...(url === undefined ? [] : [{ href: url, text: 'Incident' }]),
    ...(runbook === undefined ? [] : [{ href: runbook, text: 'Runbook' }]),
  ];
  return {
    payload: {
      summary: oneLine(title, SUMMARY_MAX) || 'Halfspace',
      severity,
      source: sourceOf(event),
      timestamp: new Date(at).toISOString(),
      ...(incident === undefined ? {} : { class: incident.reasons[0], group: sourceOf(event) }),
      custom_details: { text, ...(incident === undefined ? {} : customDetails(incident)) },
    },
    client: 'Halfspace',
    ...(url === undefined ? {} : { client_url: url }),
    ...(links.length === 0 ? {} : { links }),
  };
}

function sourceOf({ incident }: AlertEvent): string {
  return oneLine(incident?.service ?? '', 255) || 'halfspace';
}

function customDetails(incident: NonNullable<AlertEvent['incident']>): Record<string, unknown> {
  const { id, services, reasons, count, line_count, worst_level, worst_score, samples, trace_ids } = incident;
  return {
    incident: id,
    services: services.map((name) => oneLine(name, 255)),
    reasons,
    anomalies: count,
    lines: line_count,
    worst_level,
    worst_score,
    samples: samples.slice(0, SAMPLES_MAX).map(({ message }) => oneLine(message, SAMPLE_MAX)),
    trace_ids,
  };
}
