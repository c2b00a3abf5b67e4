import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Media type of the answer; undefined: not negotiated. */
    produces?: string;
  }
}

/** Refuses calls whose `Accept` rules out what the route answers with, before any work is done. */
export function negotiate(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const { produces } = request.routeOptions.config;
    if (produces === undefined || accepts(request.headers.accept, produces)) return;
    throw new Problem(406, 'not_acceptable', `this answers with ${produces}; accept that or */*`);
  });
}

/** Whether an `Accept` header takes a media type (RFC 9110, section 12.5.1); the most specific range decides. */
function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined || header.trim() === '') return true;
  const anySubtype = `${mediaType.slice(0, mediaType.indexOf('/'))}/*`;
  const weights = new Map<string, number>();
  for (const part of header.split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(range, q === undefined ? 1 : Number(q.slice(2)));
  }
  const weight = weights.get(mediaType) ?? weights.get(anySubtype) ?? weights.get('*/*') ?? 0;
  return weight > 0;
}
