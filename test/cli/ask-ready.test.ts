import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { askReady } from '../../src/cli/ask-ready.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { selfSigned } from '../receive/certificates.ts';

async function portOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return String((server.address() as AddressInfo).port);
}

test.each([
  [200, '{"ready":true}', /^undefined$/],
  [503, '{"detail":"starting"}', /ready answered 503: starting$/],
  [404, '<html>', /ready answered 404: something else listens there$/],
])('%i with %s', async (status, body, refusal) => {
  const port = await portOf(createServer((_, answer) => answer.writeHead(status).end(body)));
  const said = await askReady(loadConfig({ REST_PORT: port, HOST: '0.0.0.0' }));
  expect(String(said)).toMatch(refusal);
});

test('a service with a certificate is asked over TLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-ready-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { certFile, keyFile } = selfSigned(folder, 'rest');
  const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const port = await portOf(createTlsServer(tls, (_, answer) => answer.end('{"ready":true}')));
  expect(await askReady(loadConfig({ REST_PORT: port, TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile }))).toBe(
    undefined,
  );
  expect(await askReady(loadConfig({ REST_PORT: port }))).toMatch(/^http:\S+ gives no answer: /);
});
