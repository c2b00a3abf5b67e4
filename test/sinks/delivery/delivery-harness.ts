import { afterEach, expect, vi } from 'vitest';
import type { IncidentChange } from '../../../src/domain/incident.ts';
import { AlertSinks } from '../../../src/sinks/alert-sinks.ts';
import type { AlertSinksOptions } from '../../../src/sinks/alert-sinks.ts';
import type { Receiver } from '../loopback.ts';
import { alerts, incident } from '../samples.ts';

/** Of a test, on a busy machine. */
export const LONG = 60_000;
const RETRY = { firstMs: 5, longestMs: 40 };
const running: AlertSinks[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sinks) => sinks.stop(0)));
});

/** Sinks of an alerts file, started, and stopped after the test. */
export function sinksOf(yaml: string, over: Partial<AlertSinksOptions> = {}) {
  const said: { level: string; fields: Record<string, unknown>; sentence: string }[] = [];
  const say = (level: string) => (fields: Record<string, unknown>, sentence: string) =>
    void said.push({ level, fields, sentence });
  const sinks = new AlertSinks({
    config: alerts(yaml),
    openIncidents: () => [],
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    nowMs: () => Date.now(),
    random: () => 0.5,
    retry: RETRY,
    ...over,
  });
  running.push(sinks);
  sinks.start();
  const tell = (...changes: IncidentChange[]) => {
    sinks.enqueue(sinks.plan({ firstAnomalyId: 1, anomalies: [], changes }));
  };
  return { sinks, said, tell };
}

/** One line of an alerts file: a webhook. */
export function hook(receiver: Receiver, name = 'hook', more = ''): string {
  return `  ${name}: { type: webhook, url: "${receiver.url}/${name}"${more} }\n`;
}

export const opened = (id: number): IncidentChange => ({
  kind: 'opened',
  incident: incident({ id: id.toString(16).padStart(16, '0') }),
});

/** Ids of the alerts in the order of their arrival. */
export const ids = ({ received }: Receiver) => received.map(({ headers }) => headers['webhook-id']);

export async function delivered(sinks: AlertSinks, count: number): Promise<void> {
  await vi.waitFor(() => expect(sinks.statuses()[0]?.counts.delivered).toBe(count), { timeout: LONG, interval: 5 });
}
