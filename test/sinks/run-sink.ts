import type { AlertEventKind } from '../../src/sinks/alert-event.ts';
import { createSink } from '../../src/sinks/create-sink.ts';
import type { SendResult } from '../../src/sinks/sink.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { alerts, eventFor, incident, START_MS } from './samples.ts';

const TIMEOUT_MS = 10_000;

/** Sends alerts to the only sink of a file, one call after the other. */
export async function sendAll(
  yaml: string,
  all: readonly [AlertEventKind, Incident][],
  variables: Record<string, string> = {},
): Promise<SendResult[]> {
  const config = alerts(yaml, variables);
  const [of] = config.sinks;
  if (of === undefined) throw new Error('the file has no sink');
  const sink = createSink(of, {
    secrets: config.secrets,
    externalUrl: config.externalUrl,
    open: () => [],
    nowMs: () => START_MS + 100_000,
  });
  const results: SendResult[] = [];
  for (const [kind, incident] of all) {
    const alert = { id: `incident-${incident.id}-${kind}`, event: eventFor(config, kind, incident) };
    results.push(await sink.send([alert], AbortSignal.timeout(TIMEOUT_MS)));
  }
  await sink.close();
  return results;
}

/** Text that would do harm in every markup there is. */
export const HOSTILE =
  '<!channel> <https://evil|click> &amp; *bold* [x](http://evil) ```end``` \u0000\u202e "q" ${X} {{count}}';

/** As large as incidents become, and hostile wherever text of logs or senders stands. */
export function hostileIncident(): Incident {
  const [sample] = incident().samples;
  return incident({
    service: HOSTILE,
    services: Array.from({ length: 50 }, (_, i) => `${i} ${HOSTILE}`),
    samples: Array.from({ length: 10 }, () => ({ ...sample!, message: HOSTILE.repeat(20) })),
  });
}
