import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { expect, test } from 'vitest';
import { startRest } from '../../src/serve/rest-server.ts';
import { selfSigned, serving, temporaryFolder } from '../receive/certificates.ts';
import { createEngineDouble } from './engine-double.ts';

test('with a certificate REST is served over TLS, asks browsers to stay there, and takes no plain text', async () => {
  const { certFile, keyFile } = selfSigned(temporaryFolder(), 'rest');
  const cert = readFileSync(certFile);
  const server = await startRest({
    host: '127.0.0.1',
    port: 0,
    engine: createEngineDouble(),
    secrets: undefined,
    corsAllowedOrigins: [],
    rateLimits: { calls: 1000, costlyCalls: 1000, wrongSecrets: 1000 },
    tls: serving({ certFile, keyFile }),
    metrics: { contentType: 'text/plain', render: async () => '' },
    logger: { error: () => undefined },
    version: '1.2.3',
    onPipelineOver: () => undefined,
  });
  const dispatcher = new Agent({ connect: { ca: cert } });
  const { statusCode, headers, body } = await request(`https://127.0.0.1:${server.port}/clusters`, { dispatcher });
  await body.dump();
  expect(statusCode).toBe(200);
  expect(headers['strict-transport-security']).toMatch(/^max-age=\d+$/);
  await expect(request(`http://127.0.0.1:${server.port}/clusters`)).rejects.toThrow(
    /other side closed|ECONNRESET|socket/i,
  );
  await dispatcher.close();
  await server.stop(1000);
});
