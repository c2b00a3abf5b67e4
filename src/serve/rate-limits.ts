import fastifyRateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { RateLimitOptions } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { isShellPath } from './dashboard.ts';
import { Problem } from './problem.ts';
import type { RestApp } from './rest-app.ts';
import { isOpenPath } from './signing-secret.ts';

/** Calls that one client may make in a minute. */
export interface RateLimits {
  /** Of routes that pull a window, score rows, write to disk or send something. */
  costlyCalls: number;
  /** Of all other routes, and of paths that do not exist. */
  calls: number;
  /** With a secret that is not ours; beyond them none is looked at. */
  wrongSecrets: number;
  /** Clients remembered for each of the three; the one not seen for longest makes room. */
  clientsMax?: number;
}

export type LimitName = Exclude<keyof RateLimits, 'clientsMax'>;

const MINUTE_MS = 60_000;
const CLIENTS_MAX = 10_000;

const SETTINGS: Readonly<Record<LimitName, string>> = {
  costlyCalls: 'REST_COSTLY_CALLS_PER_MINUTE',
  calls: 'REST_CALLS_PER_MINUTE',
  wrongSecrets: 'REST_WRONG_SECRETS_PER_MINUTE',
};

const WHAT: Readonly<Record<Exclude<LimitName, 'wrongSecrets'>, string>> = {
  costlyCalls: 'calls of this kind',
  calls: 'calls',
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A call is work for threads, disks or other machines, and has a limit of its own. */
    isCostly?: boolean;
  }
}

/**
 * Refuses with 429 what a client asks too often. A client is an IPv4 address, or a network of 64 bits of IPv6, which is
 * what one subscriber has. Each call counts once, as it comes in; a stream as it is opened.
 */
export class RateLimiter {
  /** Calls refused so far. */
  readonly refused: Record<LimitName, number> = { costlyCalls: 0, calls: 0, wrongSecrets: 0 };
  readonly #countWrongSecret: Counter;

  /** Counts from here on; has to come before the check of secrets, and before any route. */
  static async addTo(app: RestApp, limits: RateLimits): Promise<RateLimiter> {
    await app.register(fastifyRateLimit, { global: false, keyGenerator: clientOf });
    return new RateLimiter(app, limits);
  }

  private constructor(app: RestApp, limits: RateLimits) {
    const counter = (name: LimitName): Counter => {
      const options: RateLimitOptions = {
        max: limits[name],
        timeWindow: MINUTE_MS,
        cache: limits.clientsMax ?? CLIENTS_MAX,
      };
      return app.createRateLimit(options);
    };
    const [costlyCalls, calls] = [counter('costlyCalls'), counter('calls')];
    this.#countWrongSecret = counter('wrongSecrets');
    app.addHook('onRequest', async (request) => {
      if (isFree(request)) return;
      const isCostly = request.routeOptions.config.isCostly === true;
      const count = await (isCostly ? costlyCalls : calls)(request);
      if (!count.isAllowed && count.isExceeded) throw this.#refusal(isCostly ? 'costlyCalls' : 'calls', count);
    });
  }

  /** Throws where the client has shown so many wrong secrets that the next is not to be looked at. */
  async refuseGuesses(request: FastifyRequest): Promise<void> {
    const count = await this.#countWrongSecret(request, { increment: false });
    if (!count.isAllowed && count.remaining === 0) throw this.#refusal('wrongSecrets', count);
  }

  async noteWrongSecret(request: FastifyRequest): Promise<void> {
    await this.#countWrongSecret(request);
  }

  #refusal(name: LimitName, { max, ttlInSeconds }: { max: number; ttlInSeconds: number }): Problem {
    this.refused[name]++;
    const seconds = Math.max(1, ttlInSeconds);
    const sentence =
      name === 'wrongSecrets'
        ? `this address has shown ${max} wrong ${max === 1 ? 'secret' : 'secrets'} within a minute (${SETTINGS[name]}), so the right one is not taken ` +
          `from it either for another ${seconds} s`
        : `one address may send ${max} ${WHAT[name]} a minute (${SETTINGS[name]}); try again in ${seconds} s`;
    return new Problem(429, 'too_many_calls', sentence, { retryAfterSeconds: seconds });
  }
}

type Counter = ReturnType<RestApp['createRateLimit']>;

/** What probes and monitoring ask by the clock, and the files of the page. */
function isFree({ url, routeOptions }: FastifyRequest): boolean {
  return isOpenPath(url) || routeOptions.url === '/metrics' || isShellPath(url);
}

/** The peer of the connection: headers such as `X-Forwarded-For` are written by whoever calls. */
function clientOf({ socket }: FastifyRequest): string {
  // None once the client has gone.
  return normalizeIP(socket.remoteAddress ?? '');
}
