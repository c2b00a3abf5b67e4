import type { Config } from '../config/config.ts';

/** Listening there is listening on every address of the machine. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where the REST API of the service on this machine is, as the same settings have it: `http://127.0.0.1:9020`. */
export function localRest({ listen, security }: Pick<Config, 'listen' | 'security'>): string {
  const host = LOOPBACK_OF[listen.host] ?? listen.host;
  const scheme = security.tls === undefined ? 'http' : 'https';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${listen.restPort}`;
}

/** What an answer that is no success says of itself; undefined where it is none of ours. */
export function detailIn(body: string): string | undefined {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    return typeof detail === 'string' ? detail : undefined;
  } catch {
    return undefined;
  }
}
