import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

/** What orchestrators and load balancers ask, and what tells nothing. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/health', '/ready']);

export function isOpenPath(url: string): boolean {
  const query = url.indexOf('?');
  return OPEN_PATHS.has(query === -1 ? url : url.slice(0, query));
}

/** Wants `X-Signing-Secret` on every call but `/health` and `/ready`, unknown paths included, before any body is read. */
export function requireSigningSecret(app: FastifyInstance, signingSecret: string): void {
  // Digests have one length, so that neither length nor content of the secret shows in the time that a check takes.
  const expected = hash('sha256', Buffer.from(signingSecret, 'utf8'), 'buffer');
  app.addHook('onRequest', async (request) => {
    if (isOpenPath(request.url)) return;
    const given = request.headers['x-signing-secret'];
    if (typeof given !== 'string') {
      throw new Problem(401, 'unauthenticated', 'send the signing secret as the header X-Signing-Secret');
    }
    // Header values come as one character a byte.
    if (!timingSafeEqual(hash('sha256', Buffer.from(given, 'latin1'), 'buffer'), expected)) {
      throw new Problem(401, 'unauthenticated', 'the X-Signing-Secret is not the one that is configured, correct it');
    }
  });
}
