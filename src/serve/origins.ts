import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { matchesOrigin } from '../domain/origin-pattern.ts';
import { Problem } from './problem.ts';
import { isOpenPath } from './signing-secret.ts';

const ALLOWED_HEADERS = 'content-type, authorization, x-signing-secret, last-event-id';
const ALLOWED_METHODS = 'GET, HEAD, POST, DELETE';
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

export interface OriginOptions {
  /** Web origins that may call, such as `https://*.example.com`, or `*`; empty: CORS is off. */
  allowed: readonly string[];
  /** Only names of this machine may stand in `Host`: the port is on loopback, and nothing else protects it. */
  loopbackOnly: boolean;
}

/**
 * Answers preflights and adds CORS headers for allowed origins. Pages of any other origin can still send simple POSTs
 * (reset the detector) and, by rebinding a name of theirs to 127.0.0.1, read answers: both are refused here.
 */
export function guardOrigins(app: FastifyInstance, options: OriginOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    if (options.loopbackOnly) refuseForeignHost(request);
    const { origin } = request.headers;
    if (origin === undefined) return;
    if (isAllowed(origin, options.allowed)) {
      addCorsHeaders(reply, origin);
      if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
        return answerPreflight(reply);
      }
    } else if (request.method !== 'GET' && request.method !== 'HEAD' && !isSameOrigin(origin, request)) {
      throw new Problem(403, 'cross_origin', 'add this web origin to CORS_ALLOWED_ORIGINS if it may call');
    }
  });
}

function isAllowed(origin: string, allowed: readonly string[]): boolean {
  return allowed.some((pattern) => matchesOrigin(pattern, origin));
}

function addCorsHeaders(reply: FastifyReply, origin: string): void {
  void reply
    .header('access-control-allow-origin', origin)
    .header('access-control-expose-headers', 'retry-after')
    .header('vary', 'Origin');
  // Helmet's default keeps other origins from reading the body, which is what the operator has just allowed.
  reply.raw.setHeader('cross-origin-resource-policy', 'cross-origin');
}

function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .header('access-control-allow-methods', ALLOWED_METHODS)
    .header('access-control-allow-headers', ALLOWED_HEADERS)
    .header('access-control-max-age', '600')
    .code(204)
    .send();
}

function isSameOrigin(origin: string, request: FastifyRequest): boolean {
  return URL.canParse(origin) && new URL(origin).host === request.headers.host;
}

function refuseForeignHost(request: FastifyRequest): void {
  const { host } = request.headers;
  if (host === undefined || isOpenPath(request.url) || LOOPBACK.test(host)) return;
  throw new Problem(403, 'cross_origin', 'call by localhost or 127.0.0.1; to serve other names, set SIGNING_SECRET');
}
