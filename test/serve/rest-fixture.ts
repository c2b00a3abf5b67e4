import { request } from 'undici';
import { afterAll, beforeAll, expect } from 'vitest';
import { startRest } from '../../src/serve/rest-server.ts';
import { SecretSet } from '../../src/security/secret-set.ts';
import type { RestOptions, RestServer } from '../../src/serve/rest-server.ts';
import { createEngineDouble } from './engine-double.ts';
import type { EngineDouble } from './engine-double.ts';
import { createOpenApiChecker } from './open-api-checker.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** Parsed when the answer says that it is JSON. */
  body: Record<string, unknown>;
}

interface CallOptions {
  headers?: Record<string, string>;
  /** A text is sent as it is, anything else as JSON. */
  body?: unknown;
}

export type FixtureOptions = Partial<RestOptions> & { signingSecret?: string };

export interface RestFixture {
  server: RestServer;
  engine: EngineDouble;
  url: string;
  /** What the server logged as its own failures. */
  failures: object[];
  /** Every answer is checked against the OpenAPI document that the server itself serves. */
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
}

export async function startFixture({ signingSecret, ...options }: FixtureOptions = {}): Promise<RestFixture> {
  const engine = createEngineDouble();
  const failures: object[] = [];
  const server = await startRest({
    host: '127.0.0.1',
    port: 0,
    engine,
    secrets: signingSecret === undefined ? undefined : new SecretSet([signingSecret]),
    corsAllowedOrigins: [],
    rateLimits: { calls: 1_000_000, costlyCalls: 1_000_000, wrongSecrets: 1_000_000 },
    tls: undefined,
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', render: async () => 'up 1\n' },
    logger: { error: (fields) => void failures.push(fields) },
    version: '1.2.3',
    onPipelineOver: () => undefined,
    ...options,
  });
  const url = `http://127.0.0.1:${server.port}`;
  const secret: Record<string, string> = signingSecret
    ? { 'x-signing-secret': Buffer.from(signingSecret).toString('latin1') }
    : {};
  const document = await send(url, 'GET', '/openapi.json', { headers: secret });
  const complaintsOf = createOpenApiChecker(document.body as unknown as Parameters<typeof createOpenApiChecker>[0]);
  return {
    server,
    engine,
    url,
    failures,
    async call(method, path, callOptions = {}) {
      const answer = await send(url, method, path, callOptions);
      const [pathname = ''] = path.split('?');
      const mediaType = String(answer.headers['content-type']).split(';')[0] ?? '';
      const body = mediaType.endsWith('json') ? answer.body : answer.text;
      const isOutside = /^\/(docs|assets\/|favicon\.svg$|openapi\.json$|$)/.test(pathname) || answer.status === 204;
      if (method !== 'HEAD' && (!isOutside || answer.status >= 400)) {
        expect(complaintsOf({ method, path: pathname, status: answer.status, mediaType, body })).toEqual([]);
      }
      return answer;
    },
  };
}

async function send(url: string, method: string, path: string, { headers = {}, body }: CallOptions): Promise<Answer> {
  const isText = typeof body === 'string' || body === undefined;
  const answer = await request(url + path, {
    method: method as 'GET',
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    body: isText ? (body ?? null) : JSON.stringify(body),
  });
  const text = await answer.body.text();
  const isJson = /^application\/(problem\+)?json/.test(String(answer.headers['content-type']));
  const parsed = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: answer.statusCode, headers: answer.headers, text, body: parsed };
}

/** A server for the tests of a file; the getter gives it once they run. */
export function useRest(options: FixtureOptions = {}): () => RestFixture {
  let fixture: RestFixture;
  beforeAll(async () => {
    fixture = await startFixture(options);
  });
  afterAll(() => fixture.server.stop(0));
  return () => fixture;
}
