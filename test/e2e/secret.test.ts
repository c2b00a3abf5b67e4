import { beforeEach, describe, expect, test } from 'vitest';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, grpcSender, httpSender } from './otlp-client.ts';

const SECRET = 'a secret of some words';
const TOKEN = 'token-of-a-sender';
const REQUEST = encodeLogs({ service: 'vault', messages: ['opened', 'closed'] });

let halfspace: RunningHalfspace;
beforeEach(async () => {
  halfspace = await startHalfspace({ SIGNING_SECRET: SECRET, OTLP_BEARER_TOKENS: `${TOKEN},another` });
  return () => halfspace.kill();
});

describe('with a signing secret set', () => {
  const rest = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(`${halfspace.addresses.rest}${path}`, { headers })).status;

  test('REST answers 401 without it and 200 with it; health and readiness are open to all', async () => {
    const paths = ['/clusters', '/clusters/live', '/anomalies', '/detector/status', '/sources', '/metrics'];
    for (const path of paths) {
      expect([path, await rest(path)]).toEqual([path, 401]);
      expect([path, await rest(path, { 'x-signing-secret': 'wrong' })]).toEqual([path, 401]);
      expect([path, await rest(path, { 'x-signing-secret': SECRET })]).toEqual([path, 200]);
    }
    for (const path of ['/health', '/ready']) expect([path, await rest(path)]).toEqual([path, 200]);
  });

  test.each([
    { over: 'gRPC', open: grpcSender, unauthenticated: 16 },
    { over: 'HTTP', open: httpSender, unauthenticated: 401 },
  ])('OTLP over $over is refused without it or a token and OK with either', async ({ open, unauthenticated }) => {
    const sender = open(halfspace);
    const wrong: Record<string, string>[] = [{}, { 'x-signing-secret': 'wrong' }, { authorization: 'Bearer wrong' }];
    for (const headers of wrong) {
      const answer = await sender.send(REQUEST, headers);
      expect(answer).toMatchObject({ status: unauthenticated, retryAfterSeconds: undefined });
    }
    const right: Record<string, string>[] = [{ 'x-signing-secret': SECRET }, { authorization: `Bearer ${TOKEN}` }];
    for (const headers of right) expect(await sender.send(REQUEST, headers)).toMatchObject({ isOk: true });
  });

  test('none of its logs holds the secret or a token', async () => {
    await rest('/clusters', { 'x-signing-secret': SECRET });
    await httpSender(halfspace).send(REQUEST, { authorization: `Bearer ${TOKEN}` });
    await halfspace.stop();
    const logs = JSON.stringify(halfspace.logs);
    expect(logs).toContain('stopped');
    for (const secret of [SECRET, TOKEN]) expect(logs).not.toContain(secret);
  });
});
