import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Media types that the answer may have; undefined: not negotiated. */
    produces?: string | readonly string[];
  }
}

/** Refuses calls whose `Accept` rules out what the route answers with, before any work is done. */
export function negotiate(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const { produces } = request.routeOptions.config;
    const types = [produces ?? []].flat();
    const { accept } = request.headers;
    if (types.length === 0 || types.some((type) => weightOf(accept, type) > 0)) return;
    throw new Problem(406, 'not_acceptable', `this answers with ${types.join(' or ')}; accept that or */*`);
  });
}

/**
 * How much an `Accept` header wants a media type, 0 when not at all (RFC 9110, section 12.5.1); the most specific range
 * decides.
 */
export function weightOf(header: string | undefined, mediaType: string): number {
  if (header === undefined || header.trim() === '') return 1;
  const anySubtype = `${mediaType.slice(0, mediaType.indexOf('/'))}/*`;
  const weights = new Map<string, number>();
  for (const part of header.split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(range, q === undefined ? 1 : Number(q.slice(2)));
  }
  return weights.get(mediaType) ?? weights.get(anySubtype) ?? weights.get('*/*') ?? 0;
}
