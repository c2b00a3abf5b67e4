import { request } from 'undici';
import { afterAll, beforeAll } from 'vitest';
import { startRest } from '../../src/serve/rest-server.ts';
import type { RestOptions, RestServer } from '../../src/serve/rest-server.ts';
import { createEngineDouble } from './engine-double.ts';
import type { EngineDouble } from './engine-double.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** Parsed when the answer says that it is JSON. */
  body: Record<string, unknown>;
}

export interface RestFixture {
  server: RestServer;
  engine: EngineDouble;
  url: string;
  /** What the server logged as its own failures. */
  failures: object[];
  call(method: string, path: string, options?: { headers?: Record<string, string>; body?: unknown }): Promise<Answer>;
}

export async function startFixture(options: Partial<RestOptions> = {}): Promise<RestFixture> {
  const engine = createEngineDouble();
  const failures: object[] = [];
  const server = await startRest({
    host: '127.0.0.1',
    port: 0,
    engine,
    signingSecret: undefined,
    corsAllowedOrigins: [],
    tls: undefined,
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', render: async () => 'up 1\n' },
    logger: { error: (fields) => void failures.push(fields) },
    version: '1.2.3',
    ...options,
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    server,
    engine,
    url,
    failures,
    async call(method, path, { headers = {}, body } = {}) {
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
    },
  };
}

/** A server for the tests of a file; the getter gives it once they run. */
export function useRest(options: Partial<RestOptions> = {}): () => RestFixture {
  let fixture: RestFixture;
  beforeAll(async () => {
    fixture = await startFixture(options);
  });
  afterAll(() => fixture.server.stop(0));
  return () => fixture;
}
