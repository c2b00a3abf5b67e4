import type { SourceClient, SourceRequest } from '../http/source-client.ts';
import { failureIn } from './export-messages.ts';

/** Makes the request of one export search over startMs <= time < endMs. */
export type SplunkRequest = (spl: string, startMs: number, endMs: number) => SourceRequest;

/** @throws SourceError when there is nothing to sign in with. */
export function splunkRequest(values: ReadonlyMap<string, string>, client: SourceClient, call: string): SplunkRequest {
  const authorization = authorizationOf(values);
  if (authorization === undefined) {
    throw client.error('configuration', call, 'set SPLUNK_TOKEN, or SPLUNK_USER and SPLUNK_PASSWORD');
  }
  const app = values.get('app');
  const url = new URL(values.get('url') ?? '');
  const services = app === undefined ? 'services' : `servicesNS/nobody/${encodeURIComponent(app)}`;
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${services}/search/v2/jobs/export`;
  return (spl, startMs, endMs) => ({
    call,
    method: 'POST',
    url,
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      search: spl,
      earliest_time: secondsOf(startMs),
      latest_time: secondsOf(endMs),
      output_mode: 'json',
      preview: 'false',
    }).toString(),
    // Too many searches at once are refused as if the service were down.
    judge({ status, body }) {
      const failure = status === 503 ? failureIn(messagesIn(body)) : undefined;
      return failure?.code === 'rate_limited' ? failure : undefined;
    },
  });
}

function authorizationOf(values: ReadonlyMap<string, string>): string | undefined {
  const token = values.get('token');
  if (token !== undefined) return `Bearer ${token}`;
  const user = values.get('user');
  const password = values.get('password');
  if (user === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Seconds since the epoch with all their milliseconds. */
function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function messagesIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { messages?: unknown } | null)?.messages;
  } catch {
    return undefined;
  }
}
