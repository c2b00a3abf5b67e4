import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export const PROJECT = 'shop-prod-1';
const EMAIL = `reader@${PROJECT}.iam.gserviceaccount.com`;
const SCOPES = new Set([
  'https://www.googleapis.com/auth/logging.read',
  'https://www.googleapis.com/auth/cloud-platform',
]);

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A service account's key file, as Google writes it. */
export function accountJson(over: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: PROJECT,
    private_key_id: '0123456789abcdef',
    private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: EMAIL,
    token_uri: 'https://oauth2.googleapis.com/token',
    ...over,
  });
}

export type Entry = Record<string, unknown> & { timestamp: string };
type Body = Record<string, unknown>;

export interface LoggingServer {
  url: string;
  port: number;
  /** Bodies of the calls that it took. */
  readonly calls: Body[];
  /** Takes the place of the next answers, in order. */
  answer(...answers: { status?: number; body: unknown }[]): void;
  stop(): Promise<void>;
}

class Refusal extends Error {
  readonly status: number;
  readonly kind: string;

  constructor(status: number, name: string, message: string) {
    super(message);
    this.status = status;
    this.kind = name;
  }
}

/**
 * A strict stand-in for Cloud Logging's entries.list, as documented: checks the token's signature and claims, the
 * parameters, and that pages ask for the same; understands the few filters that are needed. Google's own client is
 * held to it in a test.
 */
export async function startLoggingServer(entries: readonly Entry[]): Promise<LoggingServer> {
  const calls: Body[] = [];
  const queued: { status?: number; body: unknown }[] = [];
  const server = createServer((request, response) => {
    void readAll(request).then((text) => {
      let status = 200;
      let answer: unknown;
      try {
        checkToken(request);
        const path = decodeURIComponent((request.url ?? '').replace(/\?.*$/, ''));
        if (request.method !== 'POST' || path !== '/v2/entries:list')
          throw new Refusal(404, 'NOT_FOUND', 'no such method');
        const body = JSON.parse(text) as Body;
        calls.push(body);
        const next = queued.shift();
        status = next?.status ?? 200;
        answer = next === undefined ? list(body, entries) : next.body;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        status = error.status;
        answer = { error: { code: status, message: error.message, status: error.kind } };
      }
      response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls,
    answer: (...answers) => void queued.push(...answers),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function list(body: Body, entries: readonly Entry[]): unknown {
  const {
    resourceNames,
    filter = '',
    orderBy = '',
    pageSize = 50,
    pageToken,
  } = body as Record<string, string> & {
    resourceNames?: string[];
    pageSize?: number;
  };
  const invalid = (message: string) => new Refusal(400, 'INVALID_ARGUMENT', message);
  const known = new Set(['resourceNames', 'filter', 'orderBy', 'pageSize', 'pageToken']);
  const unknown = Object.keys(body).find((name) => !known.has(name));
  if (unknown !== undefined) throw invalid(`Invalid JSON payload received. Unknown name "${unknown}"`);
  if (!Array.isArray(resourceNames) || resourceNames.length === 0) throw invalid('resource_names is empty');
  if (resourceNames.some((name) => !/^(projects|folders|organizations|billingAccounts)\/[^/]+/.test(name))) {
    throw invalid('a resource name is invalid');
  }
  if (!resourceNames.includes(`projects/${PROJECT}`))
    throw new Refusal(403, 'PERMISSION_DENIED', 'The caller does not have permission');
  if (!['', 'timestamp asc', 'timestamp desc'].includes(orderBy)) throw invalid('order_by is invalid');
  if (!(pageSize >= 1)) throw invalid('page_size is invalid');
  const matching = matcher(filter, invalid);
  const sorted = entries.filter(matching).toSorted((a, b) => (ticks(a) < ticks(b) ? -1 : 1));
  if (orderBy === 'timestamp desc') sorted.reverse();
  // A token belongs to what was asked for with the first page.
  const asked = createHash('sha256')
    .update(JSON.stringify([resourceNames, filter, orderBy]))
    .digest('base64url');
  const [of, at = '0'] = pageToken === undefined || pageToken === '' ? [asked] : pageToken.split('~');
  if (of !== asked) throw invalid('page_token does not match the other arguments');
  const start = Number(at);
  const size = Math.min(pageSize, 1000);
  const page = sorted.slice(start, start + size);
  const nextPageToken = start + size < sorted.length ? { nextPageToken: `${asked}~${start + size}` } : {};
  return { ...(page.length > 0 ? { entries: page } : {}), ...nextPageToken };
}

/** `timestamp >= "..." AND timestamp < "..."` and, in brackets, severity or text; comments anywhere. */
function matcher(filter: string, invalid: (message: string) => Refusal): (entry: Entry) => boolean {
  const text = filter
    .replaceAll(/--[^\n]*/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const parts = /^timestamp >= "([^"]+)" AND timestamp < "([^"]+)"(?: AND \( (.*) \))?$/.exec(text);
  if (parts === null) throw invalid(`Unparseable filter: ${text}`);
  const [from, to, own] = parts.slice(1) as [string, string, string | undefined];
  const has = own === undefined ? null : /^textPayload:"([^"]*)"(?: OR textPayload:"([^"]*)")?$/.exec(own);
  if (own !== undefined && has === null) throw invalid(`Unparseable filter: ${own}`);
  return (entry) =>
    ticks(entry) >= ticks({ timestamp: from }) &&
    ticks(entry) < ticks({ timestamp: to }) &&
    (has === null || has.slice(1).some((word) => word !== undefined && String(entry['textPayload']).includes(word)));
}

/** A timestamp that sorts as text, to the nanosecond. */
function ticks({ timestamp }: { timestamp: string }): string {
  const [second = '', fraction = ''] = timestamp.replace('Z', '').split('.');
  return `${second}.${fraction.padEnd(9, '0')}`;
}

function checkToken(request: IncomingMessage): void {
  const refuse = (message: string) => new Refusal(401, 'UNAUTHENTICATED', message);
  const [header, claims, signature] =
    /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(request.headers.authorization ?? '')?.slice(1) ?? [];
  if (signature === undefined) throw refuse('Request is missing required authentication credential.');
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' })),
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned || parse(header!)['alg'] !== 'RS256')
    throw refuse('Request had invalid authentication credentials: the signature is wrong.');
  const { iss, sub, scope, aud, iat, exp } = parse(claims!) as Record<string, string> & { iat: number; exp: number };
  const now = Date.now() / 1000;
  const isFor =
    aud === undefined
      ? scope?.split(' ').some((one) => SCOPES.has(one)) === true
      : /^https:\/\/logging\.googleapis\.com\/$/.test(aud);
  if (iss !== EMAIL || sub !== EMAIL || !isFor || !(iat <= now && exp > now && exp - iat <= 3600)) {
    throw refuse('Request had invalid authentication credentials: a claim is wrong.');
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
