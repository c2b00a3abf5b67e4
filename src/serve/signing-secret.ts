import type { FastifyInstance, FastifyReply } from 'fastify';
import type { SecretSet } from '../security/secret-set.ts';
import { isShellPath } from './dashboard.ts';
import { Problem } from './problem.ts';
import type { RateLimiter } from './rate-limits.ts';

/** What orchestrators and load balancers ask, and what tells nothing. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/health', '/ready']);

export function isOpenPath(url: string): boolean {
  const query = url.indexOf('?');
  return OPEN_PATHS.has(query === -1 ? url : url.slice(0, query));
}

/**
 * A route that only serves the page of the API, as every installation has it: a browser cannot send the secret before
 * there is a page. Told by the route and not by the path, which may be written in many ways.
 */
function isPage(route: string | undefined): boolean {
  return route === '/docs' || route === '/docs/' || route?.startsWith('/docs/static/') === true;
}

/**
 * Wants the secret on every call but `/health`, `/ready` and the files of the dashboard and of the API page, unknown
 * paths included, before any body is read: as `X-Signing-Secret`, or as a bearer token, which is all that Prometheus and
 * the like can send. Whoever guesses is told to wait.
 */
export function requireSigningSecret(app: FastifyInstance, secrets: SecretSet, limiter: RateLimiter): void {
  app.addHook('onRequest', async (request, reply) => {
    const isPublic = isOpenPath(request.url) || isShellPath(request.url) || isPage(request.routeOptions.url);
    if (isPublic) return;
    const { 'x-signing-secret': secret, authorization } = request.headers;
    const shown = secrets.judge(secret, authorization);
    if (shown === 'missing') {
      askForSecret(reply);
      const how = 'send the signing secret as the header X-Signing-Secret, or as Authorization: Bearer';
      throw new Problem(401, 'unauthenticated', how);
    }
    await limiter.refuseGuesses(request);
    if (shown === 'wrong') {
      askForSecret(reply);
      await limiter.noteWrongSecret(request);
      throw new Problem(401, 'unauthenticated', 'the signing secret is not the one that is configured, correct it');
    }
  });
}

/** Of the two ways the one that HTTP has a name for. */
function askForSecret(reply: FastifyReply): void {
  void reply.header('www-authenticate', 'Bearer realm="halfspace"');
}
