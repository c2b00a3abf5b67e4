import type { Alert } from './alert-event.ts';

export const SINK_TYPES = ['alertmanager', 'webhook', 'slack', 'pagerduty', 'teams', 'otlp'] as const;
export type SinkType = (typeof SINK_TYPES)[number];

/** How one tool is told. Knows its protocol; of retries, limits and order it knows nothing. */
export interface Sink {
  /** Alerts that one call takes at most. */
  readonly batchMax: number;
  /** Tells the alerts, in order. Never rejects; ends soon after `signal` aborts. */
  send(alerts: readonly Alert[], signal: AbortSignal): Promise<SendResult>;
  /** For tools that forget: what is open is told again so often. Undefined: nothing is, and nothing was sent. */
  readonly refresh?: { everyMs: number; send(signal: AbortSignal): Promise<SendResult | undefined> };
  /** Connections are closed. */
  close(): Promise<void>;
}

/**
 * What became of a call. `error` is a sentence of ours without any secret; `words` is what the tool said, without secrets
 * too, but it may repeat what it was sent: it is shown to those who may read alerts, and never logged.
 */
export type SendResult =
  | { outcome: 'delivered'; status?: number }
  /** The message itself is wrong for the tool: to send it again would be refused again. */
  | { outcome: 'refused'; status?: number; error: string; words?: string }
  /** It may work later, after as long as the tool asks for. */
  | { outcome: 'failed'; status?: number; error: string; words?: string; retryAfterMs?: number };

/** The sentence with the tool's own words. */
export function errorWithWords({ error, words }: { error: string; words?: string }): string {
  return words === undefined ? error : `${error} with the words ${JSON.stringify(words)}`;
}
