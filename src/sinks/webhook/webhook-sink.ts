import { Webhook } from 'standardwebhooks';
import type { Alert, AlertEvent } from '../alert-event.ts';
import type { HttpPost } from '../http-post.ts';
import type { Sink } from '../sink.ts';

export interface WebhookOptions {
  post: HttpPost;
  /** `whsec_` and base64; without it nothing is signed. */
  secret: string | undefined;
  format: 'standard' | 'cloudevents';
  /** Who tells, as CloudEvents want to know it: our address, or a name. */
  source: string;
  nowMs(): number;
}

/**
 * Any HTTP receiver. The body is `{ type, timestamp, data }` as Standard Webhooks suggests, or a CloudEvents 1.0 event in
 * structured mode. `webhook-id` is the same in every retry: it is what receivers tell duplicates by. With a secret the
 * request is signed (`webhook-signature`), anew for each attempt, as receivers refuse old timestamps.
 */
export function createWebhookSink({ post, secret, format, source, nowMs }: WebhookOptions): Sink {
  const signer = secret === undefined ? undefined : new Webhook(secret);
  return {
    batchMax: 1,
    async send([alert], signal) {
      if (alert === undefined) return { outcome: 'delivered' };
      const body = JSON.stringify(format === 'cloudevents' ? cloudEvent(alert, source) : standardPayload(alert));
      const at = new Date(nowMs());
      return post.send(
        body,
        {
          'content-type': format === 'cloudevents' ? 'application/cloudevents+json; charset=utf-8' : 'application/json',
          'webhook-id': alert.id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          ...(signer === undefined ? {} : { 'webhook-signature': signer.sign(alert.id, at, body) }),
        },
        signal,
      );
    },
    close: () => post.close(),
  };
}

function standardPayload({ event }: Alert): Record<string, unknown> {
  return { type: typeOf(event), timestamp: new Date(event.at).toISOString(), data: dataOf(event) };
}

function cloudEvent({ id, event }: Alert, source: string): Record<string, unknown> {
  const subject = event.incident?.id ?? event.anomaly?.fingerprint;
  return {
    specversion: '1.0',
    id,
    source,
    type: `io.halfspace.${typeOf(event)}`,
    time: new Date(event.at).toISOString(),
    ...(subject === undefined ? {} : { subject }),
    datacontenttype: 'application/json',
    data: dataOf(event),
  };
}

function typeOf({ kind }: AlertEvent): string {
  if (kind === 'anomaly') return 'anomaly.found';
  return kind === 'test' ? 'test' : `incident.${kind}`;
}

function dataOf({ severity, title, text, url, runbook, incident, anomaly }: AlertEvent): Record<string, unknown> {
  return { severity, title, text, url, runbook, incident, anomaly };
}
