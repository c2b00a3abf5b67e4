import { SeverityNumber, TraceFlags } from '@opentelemetry/api';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { OWN_ALERTS_ATTRIBUTE } from '../../domain/own-alerts.ts';
import type { Alert, AlertEvent } from '../alert-event.ts';
import type { Severity } from '../severity.ts';

type LogRecord = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];

const SEVERITY_NUMBERS: Readonly<Record<Severity, SeverityNumber>> = {
  info: SeverityNumber.INFO,
  warning: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  critical: SeverityNumber.FATAL,
};
const SAMPLES_MAX = 3;
const SPAN_ID_NONE = '';

const SCOPE = { name: 'halfspace.alerts' };
const RESOURCE = resourceFromAttributes({ 'service.name': 'halfspace', [OWN_ALERTS_ATTRIBUTE]: 'incidents' });

/** An encoded `ExportLogsServiceRequest` with a record for each alert, `eventName` telling what it is. */
export function encodeAlerts(alerts: readonly Alert[]): Uint8Array {
  const bytes = ProtobufLogsSerializer.serializeRequest(alerts.map(recordOf));
  if (bytes === undefined) throw new Error('the alerts could not be encoded as OTLP');
  return bytes;
}

function recordOf({ id, event }: Alert): LogRecord {
  const { severity, title, at, anomaly } = event;
  const traceId = anomaly?.trace_id;
  return {
    resource: RESOURCE,
    instrumentationScope: SCOPE,
    hrTime: hrTime(at),
    hrTimeObserved: hrTime(at),
    severityNumber: SEVERITY_NUMBERS[severity],
    severityText: severity.toUpperCase(),
    body: title,
    eventName: eventNameOf(event),
    attributes: { 'halfspace.alert.id': id, 'halfspace.text': event.text, ...attributesOf(event) },
    droppedAttributesCount: 0,
    ...(traceId === undefined
      ? {}
      : { spanContext: { traceId, spanId: anomaly?.span_id ?? SPAN_ID_NONE, traceFlags: TraceFlags.SAMPLED } }),
  };
}

function eventNameOf({ kind }: AlertEvent): string {
  if (kind === 'anomaly' || kind === 'test') return `halfspace.${kind}`;
  return `halfspace.incident.${kind}`;
}

function attributesOf({ incident, anomaly, url }: AlertEvent): LogRecord['attributes'] {
  const link = url === undefined ? {} : { 'url.full': url };
  if (incident !== undefined) {
    return {
      ...link,
      'halfspace.incident.id': incident.id,
      'halfspace.incident.state': incident.state,
      ...(incident.resolution === undefined ? {} : { 'halfspace.incident.resolution': incident.resolution }),
      'halfspace.service': incident.service,
      'halfspace.services': incident.services,
      'halfspace.reasons': incident.reasons,
      'halfspace.anomalies': incident.count,
      'halfspace.lines': incident.line_count,
      'halfspace.score': incident.worst_score,
      'halfspace.level': incident.worst_level,
      'halfspace.first_seen': incident.first_seen,
      'halfspace.last_seen': incident.last_seen,
      'halfspace.templates': incident.templates.map(({ template }) => template),
      'halfspace.samples': incident.samples.slice(0, SAMPLES_MAX).map(({ message }) => message),
      'halfspace.trace_ids': incident.trace_ids,
    };
  }
  if (anomaly === undefined) return link;
  return {
    'halfspace.service': anomaly.service,
    'halfspace.reasons': anomaly.reasons,
    'halfspace.score': anomaly.hst_score,
    'halfspace.level': anomaly.level,
    'halfspace.template': anomaly.template,
    'halfspace.fingerprint': anomaly.fingerprint,
    'halfspace.message': anomaly.message,
  };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
