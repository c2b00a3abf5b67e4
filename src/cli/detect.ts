import type { Incident, IncidentChange } from '../domain/incident.ts';
import { Incidents } from '../incident/incidents.ts';
import { Replay } from '../score/replay.ts';
import type { RaisedAnomaly, ReplayOptions } from '../score/replay.ts';
import type { LineOutput } from './line-output.ts';
import type { OrderedRows } from './ordered-rows.ts';

/**
 * Writes what a live service would have raised, in the order of time: anomalies, and incidents when they open and when
 * they are resolved. Those open at the end of the rows are told once more, as they stand. Answers how many anomalies
 * there were.
 */
export function detect(
  train: OrderedRows | undefined,
  rows: OrderedRows,
  options: Pick<ReplayOptions, 'detector' | 'servicesMax'>,
  output: LineOutput,
): number {
  const incidents = new Incidents();
  // How it grows is told by its anomalies.
  const tellChange = ({ kind, incident }: IncidentChange) => {
    if (kind === 'updated') return;
    output.write(lineOfIncident(incident, kind === 'opened' ? incident.first_seen : (incident.resolved_at as number)));
  };
  let count = 0;
  const onAnomaly = (anomaly: RaisedAnomaly) => {
    count++;
    const { id, changes } = incidents.add(anomaly);
    const before = changes.filter(({ incident }) => incident.id !== id);
    for (const change of before) tellChange(change);
    output.write(lineOfAnomaly(anomaly, id));
    for (const change of changes) if (!before.includes(change)) tellChange(change);
  };
  const onCourses: ReplayOptions['onCourses'] = (courses, nowMs) => incidents.follow(courses, nowMs);
  const replay = new Replay({ ...options, onAnomaly, onCourses });
  train?.visit((row) => replay.learn(row.service, row.bytes, row.start, row.end, row.level, row.timestampMs));
  train?.close();
  let lastMs = 0;
  rows.visit(({ service, bytes, start, end, level, timestampMs }) => {
    replay.add(service, bytes, start, end, level, timestampMs);
    lastMs = timestampMs;
  });
  replay.finish();
  for (const change of incidents.advance(lastMs)) tellChange(change);
  for (const incident of incidents.open()) output.write(lineOfIncident(incident, lastMs));
  output.flush();
  return count;
}

function lineOfAnomaly(anomaly: RaisedAnomaly, incident: string): string {
  const { timestamp, service, reasons, alerts, fingerprint, template, template_id } = anomaly;
  const { hst_score, level, message, explanation } = anomaly;
  const line = {
    timestamp,
    service,
    kind: 'anomaly',
    reasons,
    fingerprint,
    state: 'open',
    incident,
    alerts,
    template,
    template_id,
    hst_score,
    level,
    message,
    explanation,
  };
  return `${JSON.stringify(line)}\n`;
}

function lineOfIncident(incident: Incident, timestamp: number): string {
  const { service, reasons, fingerprint, state, ...rest } = incident;
  return `${JSON.stringify({ timestamp, service, kind: 'incident', reasons, fingerprint, state, ...rest })}\n`;
}
