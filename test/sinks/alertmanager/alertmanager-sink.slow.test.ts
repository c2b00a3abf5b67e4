import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Incident, IncidentChange } from '../../../src/domain/incident.ts';
import { AlertSinks } from '../../../src/sinks/alert-sinks.ts';
import { startAlertmanager, useAlertmanager } from '../../parts/alertmanager.ts';
import type { RunningAlertmanager } from '../../parts/alertmanager.ts';
import { startReceiver } from '../loopback.ts';
import type { Receiver } from '../loopback.ts';
import { alerts, incident } from '../samples.ts';

const TIMEOUT_MS = 60_000;
const REFRESH_SECONDS = 1;
/** After which Alertmanager takes what is not told again as over. */
const FORGOTTEN_MS = 4 * REFRESH_SECONDS * 1000;

const part = await useAlertmanager();

interface Notification {
  status: string;
  groupLabels: Record<string, string>;
  alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string> }[];
}

describe.skipIf(part.missing !== undefined)('the real Alertmanager', () => {
  let receiver: Receiver;
  let alertmanager: RunningAlertmanager;
  const open = new Map<string, Incident>();
  let sinks: AlertSinks;

  beforeAll(async () => {
    receiver = await startReceiver(() => ({ status: 200 }));
    alertmanager = await startAlertmanager(receiver.url);
    sinks = new AlertSinks({
      config: alerts(`
external_url: https://halfspace.example.com
sinks:
  am: { type: alertmanager, url: "${alertmanager.url}", refresh_seconds: ${REFRESH_SECONDS}, labels: { cluster: eu }, runbook: "https://wiki/x", update_interval_seconds: 0 }
`),
      openIncidents: () => [...open.values()],
      log: { info: () => {}, warn: () => {}, error: () => {} },
      nowMs: () => Date.now(),
      random: () => 0.5,
    });
    sinks.start();
  }, TIMEOUT_MS);

  afterAll(async () => {
    await sinks?.stop(0);
    await alertmanager?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
  });

  function tell(kind: IncidentChange['kind'], of: Incident): void {
    if (kind === 'resolved') open.delete(of.id);
    else open.set(of.id, of);
    sinks.enqueue(sinks.plan({ firstAnomalyId: 1, anomalies: [], changes: [{ kind, incident: of }] }));
  }

  const notifications = () => receiver.received.map(({ body }) => JSON.parse(body) as Notification);

  function notified(matches: (notification: Notification) => boolean): Promise<Notification> {
    return vi.waitFor(
      () => {
        const found = notifications().find(matches);
        if (found === undefined) throw new Error(`not told of it: ${JSON.stringify(notifications())}`);
        return found;
      },
      { timeout: TIMEOUT_MS, interval: 100 },
    );
  }

  const now = Date.now();
  const first = incident({ first_seen: now - 5000, last_seen: now, worst_level: 'warn', reasons: ['rate_spike'] });
  const second = { ...first, id: 'fedcba9876543210', worst_level: 'error' as const };
  const other = { ...first, id: '00000000deadbeef', service: 'search', services: ['search'] };

  test(
    'receives incidents with their labels, annotations and links, and groups them by service',
    async () => {
      for (const one of [first, second, other]) tell('opened', one);
      await notified(({ groupLabels, alerts: all }) => groupLabels['service'] === 'payments' && all.length === 2);
      await notified(({ groupLabels }) => groupLabels['service'] === 'search');
      const known = await alertmanager.alerts();
      expect(known.find(({ labels }) => labels['incident'] === first.id)).toMatchObject({
        labels: {
          alertname: 'HalfspaceIncident',
          severity: 'warning',
          service: 'payments',
          reason: 'rate_spike',
          incident: first.id,
          cluster: 'eu',
        },
        annotations: { summary: 'payments: far more lines than usual', runbook_url: 'https://wiki/x' },
        startsAt: new Date(first.first_seen).toISOString(),
        generatorURL: `https://halfspace.example.com/#/incident?id=${first.id}`,
        status: { state: 'active' },
      });
      const groups = await alertmanager.groups();
      expect(groups.map(({ labels, alerts: all }) => `${labels['service']} ${all.length}`).toSorted()).toEqual([
        'payments 2',
        'search 1',
      ]);
    },
    TIMEOUT_MS,
  );

  test(
    'holds what is open for as long as it is told of it, and no longer',
    async () => {
      open.delete(other.id); // as if we were gone, for this one
      const untilMs = Date.now() + 2 * FORGOTTEN_MS;
      await notified(({ status, groupLabels }) => status === 'resolved' && groupLabels['service'] === 'search');
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(untilMs), { timeout: TIMEOUT_MS, interval: 100 });
      const known = await alertmanager.alerts();
      expect(new Set(known.map(({ labels }) => labels['incident']))).toEqual(new Set([first.id, second.id]));
    },
    TIMEOUT_MS,
  );

  test(
    'has one alert of an incident that grows more severe, of the new severity',
    async () => {
      tell('updated', { ...first, worst_level: 'fatal', count: 9999 });
      await notified(({ alerts: all }) => all.some(({ labels }) => labels['severity'] === 'critical'));
      const known = await alertmanager.alerts();
      const own = known.filter(({ labels }) => labels['incident'] === first.id);
      expect(own.map(({ labels }) => labels['severity'])).toEqual(['critical']);
    },
    TIMEOUT_MS,
  );

  test(
    'resolves them',
    async () => {
      for (const one of [{ ...first, worst_level: 'fatal' as const }, second])
        tell('resolved', { ...one, state: 'resolved', resolved_at: Date.now() });
      await notified(({ status, groupLabels }) => status === 'resolved' && groupLabels['service'] === 'payments');
      expect(await alertmanager.alerts()).toEqual([]);
      expect(sinks.statuses()[0]).toMatchObject({ state: 'ok', pending: 0, counts: { failed: 0, refused: 0 } });
    },
    TIMEOUT_MS,
  );

  test(
    'takes a test alert',
    async () => {
      expect(await sinks.test('am')).toMatchObject({ delivered: true, status: 200 });
      const known = await alertmanager.alerts();
      expect(known.map(({ labels }) => labels['alertname'])).toEqual(['HalfspaceTest']);
    },
    TIMEOUT_MS,
  );
});
