import type { Logger } from 'pino';
import type { Outbox } from '../domain/outbox.ts';
import type { IncidentLog } from '../live/incident-log.ts';
import { AlertSinks } from '../sinks/alert-sinks.ts';
import type { AlertsConfig } from '../sinks/alerts-file/alerts-config.ts';
import type { Stops } from './stops.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Starts to deliver to what the alerts file names; undefined without one. */
export function startSinks(
  config: AlertsConfig | undefined,
  {
    incidents,
    metrics,
    logger,
    outbox,
  }: {
    incidents: IncidentLog;
    metrics: Pick<Metrics, 'alertDelivered'>;
    logger: Logger;
    outbox: Outbox | undefined;
  },
  stops: Stops,
): AlertSinks | undefined {
  if (config === undefined) return undefined;
  const sinks = new AlertSinks({
    config,
    ...(outbox === undefined ? {} : { outbox }),
    openIncidents: () => incidents.list().filter(({ state }) => state === 'open'),
    log: logger,
    nowMs: () => Date.now(),
    random: () => Math.random(),
    onDelivered: (sink, seconds) => metrics.alertDelivered(sink, seconds),
  });
  sinks.start();
  stops.push((graceMs) => sinks.stop(graceMs));
  return sinks;
}
