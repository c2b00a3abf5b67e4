import type { Anomaly } from '../domain/anomaly.ts';
import type { Incident, IncidentChange } from '../domain/incident.ts';

/** The messages of alerts.proto, as proto-loader takes them. */
export function anomalyMessage(anomaly: Anomaly): object {
  const { reasons, service, template, template_id, fingerprint, hst_score, message, level, explanation } = anomaly;
  return {
    reasons,
    service,
    template,
    template_id,
    fingerprint,
    hst_score,
    time_unix_nano: nanosOf(anomaly.timestamp),
    message,
    level,
    trace_id: anomaly.trace_id ?? '',
    span_id: anomaly.span_id ?? '',
    explanation_json: explanation === undefined ? '' : JSON.stringify(explanation),
  };
}

export function incidentMessage({ kind, incident }: IncidentChange): object {
  return { kind: `INCIDENT_CHANGE_KIND_${kind.toUpperCase()}`, incident: incidentFields(incident) };
}

function incidentFields(incident: Incident): object {
  const { id, state, service, services, count, line_count, reason_counts, worst_score, worst_level } = incident;
  return {
    id,
    open: state === 'open',
    service,
    services,
    first_seen_unix_nano: nanosOf(incident.first_seen),
    last_seen_unix_nano: nanosOf(incident.last_seen),
    resolved_at_unix_nano: nanosOf(incident.resolved_at ?? 0),
    merged_into: incident.merged_into ?? '',
    count,
    line_count,
    reason_counts,
    worst_score,
    worst_level,
    fingerprint: incident.fingerprint,
    templates: incident.templates,
    samples: incident.samples.map(({ timestamp, ...sample }) => ({ time_unix_nano: nanosOf(timestamp), ...sample })),
    trace_ids: incident.trace_ids,
    ongoing_until_unix_nano: nanosOf(incident.ongoing_until ?? 0),
    resolution: incident.resolution ?? '',
  };
}

/** Milliseconds to nanoseconds; they do not fit a number. */
function nanosOf(ms: number): string {
  return String(BigInt(Math.max(0, Math.trunc(ms))) * 1_000_000n);
}
