import { subscribe } from 'node:diagnostics_channel';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SOURCE_SETTINGS } from '../../src/config/source-settings.ts';

/** Secrets that stand in no other place: wherever one comes out, it has leaked. */
const MARK = 'canary-5d1e';
const CANARY = /canary-5d1e-[a-z0-9-]+/g;
/** No canary is longer; what is looked through piece by piece overlaps by so much. */
const CANARY_CHARS_MAX = 80;

/** What is in the environment of many a process, and is not for us. */
const FOREIGN = ['DATABASE_PASSWORD', 'GITHUB_TOKEN', 'VAULT_TOKEN', 'STRIPE_SECRET_KEY', 'REDIS_URL', 'SESSION_KEY'];

/** Takes one of its two secrets only, and tests ask it. */
const LEFT_OUT = 'loki';

/** Routes that show the most of what is configured and of what has happened. */
const ROUTES = [
  '/status',
  '/sources',
  '/sinks',
  '/credentials',
  '/detector/status',
  '/services',
  '/anomalies?limit=1000',
  '/incidents',
  '/feedback',
  '/clusters/live',
  '/metrics',
  '/no/such/path',
];
const ASK_TIMEOUT_MS = 5000;

/** For the environment of a service under test: the secrets of the sources, and of others. */
export const CANARY_ENVIRONMENT: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...[...SOURCE_SETTINGS].flatMap(([source, settings]) =>
      source === LEFT_OUT ? [] : settings.flatMap(({ variable, secret }) => (secret === true ? [variable] : [])),
    ),
    ...FOREIGN,
  ].map((name) => [name, `${MARK}-${name.toLowerCase().replaceAll('_', '-')}`]),
);

/** Headers that clients and proxies send along, for every call that a test makes by way of the harness. */
export const CANARY_HEADERS: Readonly<Record<string, string>> = Object.fromEntries(
  ['cookie', 'x-api-key', 'x-amz-security-token', 'x-forwarded-access-token', 'x-auth-token', 'x-vault-token'].map(
    (name) => [name, `${MARK}-${name}`],
  ),
);

/** By `http://host:port`. */
const watched = new Map<string, CanaryWatch>();

interface Received {
  request: { origin: string; path: string };
  chunk?: Buffer;
  response?: { headers: Buffer[] };
}

subscribe('undici:request:headers', (message) => lookAt(message as Received));
subscribe('undici:request:bodyChunkReceived', (message) => lookAt(message as Received));

/** Every answer that this process gets over HTTP, whoever asked for it. */
function lookAt({ request, chunk, response }: Received): void {
  const watch = watched.get(request.origin);
  if (watch === undefined) return;
  const where = `the answer of ${request.path}`;
  if (response !== undefined) watch.take(where, Buffer.concat(response.headers));
  if (chunk !== undefined) watch.take(where, chunk, request);
}

/** Looks for the canaries in all that a service says, answers and writes. */
export class CanaryWatch {
  /** The end of what has been looked at, which may hold the beginning of a canary. */
  readonly #tails = new WeakMap<object, string>();
  readonly #hits = new Set<string>();
  readonly #origins: string[] = [];

  /** @param part what the bytes are the next piece of; absent: they are whole. */
  take(where: string, bytes: Uint8Array, part?: object): void {
    const tail = part === undefined ? '' : (this.#tails.get(part) ?? '');
    const text = tail + Buffer.from(bytes).toString('latin1');
    for (const [canary] of text.matchAll(CANARY)) this.#hits.add(`${canary} in ${where}`);
    if (part !== undefined) this.#tails.set(part, text.slice(-CANARY_CHARS_MAX));
  }

  /** From here on every answer of these addresses is looked at. */
  watch(...addresses: string[]): void {
    for (const { origin } of addresses.map((address) => new URL(address))) {
      watched.set(origin, this);
      this.#origins.push(origin);
    }
  }

  /** Asks once more for what shows most. A service that does not answer any more has nothing to hide. */
  async askAll(rest: string, secret: string | undefined): Promise<void> {
    const headers = { ...CANARY_HEADERS, ...(secret === undefined ? {} : { 'x-signing-secret': secret }) };
    const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
    await Promise.allSettled(ROUTES.map(async (route) => (await fetch(rest + route, { headers, signal })).text()));
  }

  /** Throws when a canary was seen, also in the files of the folder. */
  async finish(folder: string | undefined): Promise<void> {
    for (const origin of this.#origins) watched.delete(origin);
    if (folder !== undefined) await this.#takeFiles(resolve(folder));
    if (this.#hits.size > 0) throw new Error(`secrets have leaked: ${[...this.#hits].join('; ')}`);
  }

  async #takeFiles(folder: string): Promise<void> {
    // The test may have taken it away, or have been about a folder that never was.
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const stream = createReadStream(path);
      for await (const chunk of stream) this.take(path, chunk as Buffer, stream);
    }
  }
}
