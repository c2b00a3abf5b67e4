import type { IncomingHttpHeaders } from 'node:http';
import { matchesOrigin } from '../domain/origin-pattern.ts';

/** Cross-origin rules for browser SDKs (Fetch standard, "CORS protocol"); off when no origin is allowed. */
export interface CorsPolicy {
  /** Headers for an answer to this request; empty for an origin that is not allowed. */
  headersFor(request: IncomingHttpHeaders): Record<string, string>;
  /** Whether the request asks, before the real one, what it may send; and may. */
  isPreflight(method: string, request: IncomingHttpHeaders): boolean;
}

/** Headers of the answer to a preflight, besides those of `headersFor`. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type, content-encoding, authorization, x-signing-secret, traceparent',
  'access-control-max-age': '7200',
};

/** `allowedOrigins` are origins, each with at most one `*` for any text: `https://*.example.com`, or `*` alone. */
export function createCorsPolicy(allowedOrigins: readonly string[]): CorsPolicy {
  const manyStars = allowedOrigins.find((pattern) => pattern.split('*').length > 2);
  if (manyStars !== undefined) throw new Error(`allowed origin ${JSON.stringify(manyStars)} has more than one *`);
  const isAllowed = (origin: string | undefined): origin is string =>
    origin !== undefined && allowedOrigins.some((pattern) => matchesOrigin(pattern, origin));
  return {
    headersFor({ origin }) {
      if (allowedOrigins.length === 0) return {};
      // Caches must not serve one origin's answer to another, whatever the answer was.
      if (!isAllowed(origin)) return { vary: 'Origin' };
      return { vary: 'Origin', 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' };
    },
    isPreflight(method, headers) {
      return (
        method === 'OPTIONS' && headers['access-control-request-method'] !== undefined && isAllowed(headers.origin)
      );
    },
  };
}
