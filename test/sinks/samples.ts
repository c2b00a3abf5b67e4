import type { Anomaly } from '../../src/domain/anomaly.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { AlertEvent, AlertEventKind } from '../../src/sinks/alert-event.ts';
import { parseAlerts } from '../../src/sinks/alerts-file/load-alerts.ts';
import type { AlertsConfig } from '../../src/sinks/alerts-file/alerts-config.ts';
import { incidentEvent } from '../../src/sinks/plan-alerts.ts';
import { severityOf } from '../../src/sinks/severity.ts';

export const START_MS = Date.UTC(2026, 2, 1, 12);

export function anomaly(over: Partial<Anomaly> = {}): Anomaly {
  return {
    is_anomaly: true,
    reasons: ['error_burst'],
    service: 'payments',
    template: 'connection to <*> refused',
    template_id: 3,
    fingerprint: '00000000000000aa',
    hst_score: 0.83,
    timestamp: START_MS,
    message: 'connection to db-1 refused',
    level: 'error',
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    ...over,
  };
}

export function incident(over: Partial<Incident> = {}): Incident {
  return {
    id: '0123456789abcdef',
    state: 'open',
    service: 'payments',
    services: ['payments'],
    first_seen: START_MS,
    last_seen: START_MS + 90_000,
    count: 1234,
    line_count: 5678,
    reasons: ['error_burst'],
    reason_counts: { error_burst: 1234 },
    worst_score: 0.91,
    worst_level: 'error',
    fingerprint: '00000000000000aa',
    templates: [
      { fingerprint: '00000000000000aa', service: 'payments', template: 'connection to <*> refused', count: 9 },
    ],
    other_templates_count: 0,
    samples: [
      {
        timestamp: START_MS,
        service: 'payments',
        level: 'error',
        message: 'connection to db-1 refused',
        fingerprint: '00000000000000aa',
      },
    ],
    trace_ids: ['0af7651916cd43dd8448eb211c80319c'],
    ...over,
  };
}

/** An alerts file, read with these variables. */
export function alerts(text: string, variables: Record<string, string> = {}): AlertsConfig {
  return parseAlerts(text, { file: 'alerts.yaml', variable: (name) => variables[name] });
}

/** What the only sink of a file is told of an incident. */
export function eventFor(config: AlertsConfig, kind: AlertEventKind, of: Incident): AlertEvent {
  const [sink] = config.sinks;
  if (sink === undefined) throw new Error('the file has no sink');
  const at = of.resolved_at ?? of.last_seen;
  return incidentEvent({ kind, severity: severityOf(of), at, sink, incident: of, externalUrl: config.externalUrl });
}
