import type { SinkConfig } from './alerts-file/alerts-config.ts';
import { loadAlerts } from './alerts-file/load-alerts.ts';
import type { ValueSources } from './alerts-file/resolve-values.ts';

/**
 * Checks an alerts file as the start of the service does, references to the environment and to files included, and says
 * what is in it: one sentence a sink, without any secret. Throws an `AlertsFileError` that lists what is wrong.
 */
export function checkConfig(sources: ValueSources): string[] {
  const { sinks, routes } = loadAlerts(sources);
  const reached = new Set(routes.flatMap((route) => route.sinks));
  return sinks.map((sink) => `${describe(sink)}${reached.has(sink.name) ? '' : ', which no route leads to'}`);
}

function describe({ name, tool }: SinkConfig): string {
  return `${name}: ${tool.type} at ${tool.url.host}`;
}
