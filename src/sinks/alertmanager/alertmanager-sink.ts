import type { Alert, AlertEvent } from '../alert-event.ts';
import type { HttpPost } from '../http-post.ts';
import { oneLine } from '../placeholder-values.ts';
import type { Sink } from '../sink.ts';

export interface AlertmanagerOptions {
  /** To `/api/v2/alerts`. */
  post: HttpPost;
  /** Labels beside ours: a cluster's name, a team's. */
  labels: Readonly<Record<string, string>>;
  /** What is open is told again so often; Alertmanager lets it resolve itself after four times that. */
  refreshMs: number;
  /** What is open now and goes to this sink, in words of now. */
  open(): AlertEvent[];
  nowMs(): number;
}

/** One alert as API v2 takes it. */
interface PostedAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL?: string;
}

const BATCH_MAX = 64;
const KEPT_LABELS_MAX = 2000;
const REFRESHES_UNTIL_RESOLVED = 4;
const LABEL_CHARS_MAX = 256;
/** A test alert resolves itself. */
const TEST_MS = 60_000;

/**
 * Prometheus Alertmanager, API v2. Alerts there are told apart by their labels, so an incident keeps those it was first
 * told with; when it grows more severe the old alert is resolved in the call that opens the new one.
 */
export function createAlertmanagerSink(options: AlertmanagerOptions): Sink {
  const { post, refreshMs, open, nowMs } = options;
  /** Labels by incident, the latest told last. */
  const told = new Map<string, Record<string, string>>();

  const send = async (events: readonly AlertEvent[], signal: AbortSignal) => {
    const alerts = events.flatMap((event) => alertsOf(event, told, options));
    const body = JSON.stringify(alerts);
    const result = await post.send(body, { 'content-type': 'application/json' }, signal);
    if (result.outcome === 'delivered') remember(events, alerts, told);
    return result;
  };
  return {
    batchMax: BATCH_MAX,
    send: (alerts, signal) => send(latestOfEach(alerts), signal),
    refresh: {
      everyMs: refreshMs,
      async send(signal) {
        const events = open();
        if (events.length === 0) return undefined;
        for (let at = 0; at < events.length; at += BATCH_MAX) {
          const result = await send(events.slice(at, at + BATCH_MAX), signal);
          if (result.outcome !== 'delivered') return result;
        }
        return { outcome: 'delivered' };
      },
    },
    close: () => post.close(),
  };

  function remember(events: readonly AlertEvent[], alerts: readonly PostedAlert[], labels: typeof told): void {
    for (const event of events) {
      const id = idOf(event);
      labels.delete(id);
      if (event.kind === 'resolved' || event.kind === 'test') continue;
      const current = alerts.findLast((alert) => alert.labels['incident'] === id);
      if (current !== undefined) labels.set(id, current.labels);
    }
    for (const id of labels.keys()) {
      if (labels.size <= KEPT_LABELS_MAX) break;
      labels.delete(id);
    }
  }

  function alertsOf(event: AlertEvent, labels: typeof told, { labels: extra }: AlertmanagerOptions): PostedAlert[] {
    const before = labels.get(idOf(event));
    const own = labelsOf(event, extra, before);
    const alert = { labels: own, ...detailsOf(event) };
    if (before === undefined || before['severity'] === own['severity']) return [alert];
    return [{ ...alert, labels: before, endsAt: new Date(nowMs()).toISOString() }, alert];
  }

  function detailsOf(event: AlertEvent): Omit<PostedAlert, 'labels'> {
    const { kind, title, text, at, url, runbook, incident } = event;
    const now = nowMs();
    // A resolution lies in the past for Alertmanager to act on it, and what it ends began before.
    const startMs = Math.min(incident?.first_seen ?? at, now);
    const overMs = Math.max(startMs + 1, Math.min(now, incident?.resolved_at ?? now));
    const openMs = now + (kind === 'test' ? TEST_MS : REFRESHES_UNTIL_RESOLVED * refreshMs);
    const endMs = kind === 'resolved' ? overMs : openMs;
    return {
      annotations: {
        summary: title,
        description: text,
        ...(runbook === undefined ? {} : { runbook_url: runbook }),
      },
      startsAt: new Date(startMs).toISOString(),
      endsAt: new Date(endMs).toISOString(),
      ...(url === undefined ? {} : { generatorURL: url }),
    };
  }
}

/** Alerts of one call overwrite each other there, and only the last state counts; a resolution is one. */
function latestOfEach(alerts: readonly Alert[]): AlertEvent[] {
  const latest = new Map<string, AlertEvent>();
  for (const { event } of alerts) latest.set(idOf(event), event);
  return [...latest.values()];
}

function idOf({ incident, anomaly }: AlertEvent): string {
  return incident?.id ?? anomaly?.fingerprint ?? '';
}

function labelsOf(
  event: AlertEvent,
  extra: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const { kind, severity, incident } = event;
  const label = (text: string) => oneLine(text, LABEL_CHARS_MAX) || 'unknown';
  return {
    ...extra,
    ...before,
    alertname: kind === 'test' ? 'HalfspaceTest' : 'HalfspaceIncident',
    severity,
    service: before?.['service'] ?? label(incident?.service ?? ''),
    reason: before?.['reason'] ?? label(incident?.reasons[0] ?? ''),
    incident: idOf(event),
  };
}
