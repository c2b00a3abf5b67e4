import { expect, onTestFinished, test } from 'vitest';
import { startHalfspace } from './halfspace.ts';

const SECRET = 'a secret of some words';
const JSON_TYPE = { 'content-type': 'application/json' };

test('every kind of answer, refusals included, tells browsers to be careful', async () => {
  const halfspace = await startHalfspace({ SIGNING_SECRET: SECRET });
  onTestFinished(() => halfspace.kill());
  const shown = { 'x-signing-secret': SECRET };
  const calls: [number, string, RequestInit][] = [
    [200, '/health', {}],
    [200, '/docs/', {}],
    [200, '/anomalies', { headers: shown }],
    [200, '/anomalies/stream', { headers: shown }],
    [200, '/metrics', { headers: shown }],
    [401, '/anomalies', {}],
    [404, '/nowhere', { headers: shown }],
    [400, '/clusters?window=soon', { headers: shown }],
    [400, '/credentials', { method: 'POST', headers: { ...shown, ...JSON_TYPE }, body: '{' }],
  ];
  for (const [expected, path, init] of calls) {
    const { status, headers, body } = await fetch(`${halfspace.addresses.rest}${path}`, init);
    await body?.cancel();
    expect([path, status]).toEqual([path, expected]);
    expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
    expect([path, headers.get('referrer-policy')]).toEqual([path, 'no-referrer']);
    expect([path, headers.get('content-security-policy')]).toEqual([
      path,
      expect.stringContaining("frame-ancestors 'none'"),
    ]);
  }
}, 60_000);
