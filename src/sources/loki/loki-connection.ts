import type { SourceError } from '../source-error.ts';

/** Where calls go, and what they carry. */
export interface LokiConnection {
  headers: Record<string, string>;
  url(call: 'query_range' | 'labels', parameters: Record<string, string>): URL;
}

/** @param wrong makes the error for values that contradict one another. */
export function lokiConnection(
  values: ReadonlyMap<string, string>,
  wrong: (sentence: string) => SourceError,
): LokiConnection {
  // People copy the address to push to.
  const base = (values.get('url') ?? '').replace(/(\/loki\/api\/v1(\/.*)?)?\/*$/, '');
  return {
    headers: headersOf(values, wrong),
    url(call, parameters) {
      const url = new URL(`${base}/loki/api/v1/${call}`);
      url.search = new URLSearchParams(parameters).toString();
      return url;
    },
  };
}

function headersOf(
  values: ReadonlyMap<string, string>,
  wrong: (sentence: string) => SourceError,
): Record<string, string> {
  const [key, user, password, tenant] = ['api_key', 'user', 'password', 'tenant'].map((name) => values.get(name));
  if (key !== undefined && password !== undefined) {
    throw wrong('LOKI_API_KEY and LOKI_PASSWORD are both set: it takes one of them');
  }
  if (password !== undefined && user === undefined) throw wrong('LOKI_PASSWORD is set without LOKI_USER');
  if (user !== undefined && password === undefined && key === undefined) {
    throw wrong('LOKI_USER is set without LOKI_PASSWORD');
  }
  const headers: Record<string, string> = {};
  if (user !== undefined) {
    // Grafana Cloud calls the password of its numeric users an API key or a token.
    headers['authorization'] = `Basic ${Buffer.from(`${user}:${password ?? key}`).toString('base64')}`;
  } else if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
  if (tenant !== undefined) headers['x-scope-orgid'] = tenant;
  return headers;
}
