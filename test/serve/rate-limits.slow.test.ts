import { Agent, request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import type { RestOptions } from '../../src/serve/rest-server.ts';
import { startFixture } from './rest-fixture.ts';
import type { FixtureOptions } from './rest-fixture.ts';
import type { RestFixture } from './rest-fixture.ts';

const WIDE = { calls: 1000, costlyCalls: 1000, wrongSecrets: 1000 };

let rest: RestFixture;

/** The fixture itself asks once for the OpenAPI document, which counts as one of the `calls`. */
async function start(limits: Partial<RestOptions['rateLimits']>, options: FixtureOptions = {}): Promise<void> {
  rest = await startFixture({ rateLimits: { ...WIDE, ...limits }, ...options });
}

afterEach(() => rest.server.stop(0));

const COSTLY = [
  ['GET', '/clusters'],
  ['HEAD', '/clusters'],
  ['POST', '/clusters'],
  ['GET', '/clusters/compare'],
  ['POST', '/clusters/train'],
  ['POST', '/anomalies/detect'],
  ['POST', '/feedback'],
  ['DELETE', '/feedback'],
  ['POST', '/sinks/team/test'],
] as const;

describe('costly calls', () => {
  test('are refused beyond their limit, all kinds together, with the time to wait and the setting', async () => {
    await start({ costlyCalls: COSTLY.length });
    for (const [method, path] of COSTLY) expect((await rest.call(method, path)).status).not.toBe(429);
    const asked = rest.engine.calls.length;
    for (const [method, path] of COSTLY.filter(([name]) => name !== 'HEAD')) {
      const { status, headers, body } = await rest.call(method, path);
      const seconds = Number(headers['retry-after']);
      expect({ status, code: body['code'] }).toEqual({ status: 429, code: 'too_many_calls' });
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(60);
      const allowed = `one address may send ${COSTLY.length} calls of this kind a minute (REST_COSTLY_CALLS_PER_MINUTE)`;
      expect(body['detail']).toBe(`${allowed}; try again in ${seconds} s`);
    }
    expect(rest.engine.calls).toHaveLength(asked);
    expect(rest.server.refused).toEqual({ calls: 0, costlyCalls: COSTLY.length - 1, wrongSecrets: 0 });
  });

  test('do not use up other calls, nor those them', async () => {
    await start({ costlyCalls: 1, calls: 3 });
    expect((await rest.call('GET', '/clusters')).status).toBe(200);
    expect((await rest.call('GET', '/clusters')).status).toBe(429);
    for (const expected of [200, 200, 429]) expect((await rest.call('GET', '/sources')).status).toBe(expected);
  });
});

describe('other calls', () => {
  test('are refused beyond their limit, unknown paths too, but never what is asked by the clock', async () => {
    await start({ calls: 2 });
    expect((await rest.call('GET', '/nope')).status).toBe(404);
    const { status, body } = await rest.call('GET', '/nope');
    expect({ status, detail: body['detail'] }).toMatchObject({
      status: 429,
      detail: expect.stringContaining('(REST_CALLS_PER_MINUTE)') as unknown,
    });
    for (const path of ['/health', '/ready', '/metrics']) {
      for (let i = 0; i < 3; i++) expect((await rest.call('GET', path)).status).toBe(200);
    }
    expect((await rest.call('GET', '/clusters')).status).toBe(200);
  });

  test('count a stream once, however long it is open', async () => {
    await start({ calls: 2 }, { heartbeatMs: 5 });
    const stream = await request(`${rest.url}/anomalies/stream`);
    expect(stream.statusCode).toBe(200);
    let beats = 0;
    for await (const chunk of stream.body) if (String(chunk).includes('heartbeat') && ++beats === 5) break;
    expect(beats).toBe(5);
    expect(rest.server.refused.calls).toBe(0);
    expect((await rest.call('GET', '/anomalies/stream')).status).toBe(429);
  });
});

describe('wrong secrets', () => {
  const right = { 'x-signing-secret': 'right' };
  const wrong = { 'x-signing-secret': 'wrong' };

  test('are no longer looked at beyond their limit, so that nobody learns which one is right', async () => {
    await start({ wrongSecrets: 2 }, { signingSecret: 'right' });
    for (const expected of [401, 401, 429]) {
      expect((await rest.call('GET', '/sources', { headers: wrong })).status).toBe(expected);
    }
    const { status, headers, body } = await rest.call('GET', '/sources', { headers: right });
    const seconds = Number(headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    const shown = 'this address has shown 2 wrong secrets within a minute (REST_WRONG_SECRETS_PER_MINUTE)';
    expect({ status, detail: body['detail'] }).toEqual({
      status: 429,
      detail: `${shown}, so the right one is not taken from it either for another ${seconds} s`,
    });
    expect(rest.server.refused.wrongSecrets).toBe(2);
    expect((await rest.call('GET', '/health')).status).toBe(200);
  });

  test('are not those of a page that has none yet', async () => {
    await start({ wrongSecrets: 1 }, { signingSecret: 'right' });
    for (let i = 0; i < 5; i++) expect((await rest.call('GET', '/sources')).status).toBe(401);
    expect((await rest.call('GET', '/sources', { headers: right })).status).toBe(200);
  });
});

describe('clients', () => {
  /** A call from an address of its own: all of 127.0.0.0/8 is this machine. */
  async function statusFrom(localAddress: string): Promise<number> {
    const dispatcher = new Agent({ localAddress });
    try {
      const { statusCode, body } = await request(`${rest.url}/clusters`, { dispatcher });
      await body.dump();
      return statusCode;
    } finally {
      await dispatcher.close();
    }
  }

  test('are told apart by address, and not by what they say of themselves', async () => {
    await start({ costlyCalls: 1 });
    expect(await statusFrom('127.0.0.2')).toBe(200);
    expect(await statusFrom('127.0.0.3')).toBe(200);
    expect(await statusFrom('127.0.0.2')).toBe(429);
    expect((await rest.call('GET', '/clusters')).status).toBe(200);
    const headers = { 'x-forwarded-for': '10.1.2.3', forwarded: 'for=10.1.2.3', 'x-real-ip': '10.1.2.3' };
    expect((await rest.call('GET', '/clusters', { headers })).status).toBe(429);
  });

  test('are remembered up to a bound, and the one not seen for longest is forgotten', async () => {
    await start({ costlyCalls: 1, clientsMax: 2 });
    for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) expect(await statusFrom(address)).toBe(200);
    expect(await statusFrom('127.0.0.4')).toBe(429);
    expect(await statusFrom('127.0.0.3')).toBe(429);
    expect(await statusFrom('127.0.0.2')).toBe(200);
  });
});
