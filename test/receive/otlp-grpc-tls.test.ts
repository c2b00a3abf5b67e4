import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { credentials, status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import type { TlsFiles } from '../../src/security/tls-material.ts';
import { selfSigned, serving, signedBy, temporaryFolder } from './certificates.ts';
import type { Certificate } from './certificates.ts';
import { call, connectClient, connectRaw, encodeRequest, startReceiver } from './grpc-harness.ts';
import type { Answer, TestReceiver } from './grpc-harness.ts';

const REQUEST = encodeRequest('over TLS');

function callOverTls({ port }: TestReceiver, server: Certificate, own?: Certificate): Promise<Answer> {
  const file = (path: string | undefined): Buffer | null => (path === undefined ? null : readFileSync(path));
  const channel = credentials.createSsl(file(server.certFile), file(own?.keyFile), file(own?.certFile));
  const client = connectClient(port, channel, { 'grpc.ssl_target_name_override': 'localhost' });
  return call(client, REQUEST, {}, { deadline: Date.now() + 2000 });
}

test('G24: requests come over TLS, and nothing else does', async () => {
  const server = selfSigned(temporaryFolder(), 'server');
  const receiver = await startReceiver({ tls: serving(server) });
  expect((await callOverTls(receiver, server)).code).toBe(status.OK);
  const plain = connectClient(receiver.port);
  expect((await call(plain, REQUEST, {}, { deadline: Date.now() + 500 })).code).not.toBe(status.OK);
  expect(receiver.accepted.length).toBe(1);
});

test('G24: with a client CA only senders with its certificate come in', async () => {
  const folder = temporaryFolder();
  const server = selfSigned(folder, 'server');
  const ca = selfSigned(folder, 'ca');
  const receiver = await startReceiver({ tls: serving(server, { clientCaFile: ca.certFile }) });
  expect((await callOverTls(receiver, server, signedBy(ca, folder, 'sender'))).code).toBe(status.OK);
  expect((await callOverTls(receiver, server)).code).not.toBe(status.OK);
  const stranger = signedBy(selfSigned(folder, 'other-ca'), folder, 'stranger');
  expect((await callOverTls(receiver, server, stranger)).code).not.toBe(status.OK);
  expect(receiver.accepted.length).toBe(1);
});

test('G24: TLS 1.1 is refused', async () => {
  const server = selfSigned(temporaryFolder(), 'server');
  const { port } = await startReceiver({ tls: serving(server) });
  const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ciphers: 'ALL:@SECLEVEL=0',
    ...versions,
  });
  onTestFinished(() => void socket.destroy());
  const outcome = await new Promise((resolve) => {
    socket.once('secureConnect', () => resolve('connected'));
    socket.once('error', () => resolve('refused'));
  });
  expect(outcome).toBe('refused');
});

test('G24: certificate files that cannot be used fail the start with a sentence that names file and reason', () => {
  const folder = temporaryFolder();
  const good = selfSigned(folder, 'good');
  const other = selfSigned(folder, 'other');
  const text = join(folder, 'text.pem');
  writeFileSync(text, 'not a certificate');
  const missing = join(folder, 'missing.pem');
  const cases: [Partial<TlsFiles>, string][] = [
    [
      { certFile: missing },
      `TLS_CERT_FILE names ${missing}, which cannot be read (ENOENT); allowed: a PEM file with a certificate`,
    ],
    [
      { keyFile: missing },
      `TLS_KEY_FILE names ${missing}, which cannot be read (ENOENT); allowed: a PEM file with a private key`,
    ],
    [
      { clientCaFile: missing },
      `TLS_CLIENT_CA_FILE names ${missing}, which cannot be read (ENOENT); allowed: a PEM file with a CA certificate`,
    ],
    [{ certFile: text }, `TLS_CERT_FILE names ${text}, which holds no certificate that can be used (it is not PEM);`],
    [{ keyFile: text }, `TLS_KEY_FILE names ${text}, which holds no private key that can be used (it is not PEM);`],
    [
      { clientCaFile: text },
      `TLS_CLIENT_CA_FILE names ${text}, which holds no CA certificate that can be used (it is not PEM);`,
    ],
    [{ keyFile: other.keyFile }, `private key ${other.keyFile} does not belong to certificate ${good.certFile}`],
  ];
  for (const [wrong, sentence] of cases) {
    expect(() => serving(good, wrong)).toThrow(sentence);
  }
});

test('S8: a socket that never completes its handshake is closed in time', async () => {
  const server = selfSigned(temporaryFolder(), 'server');
  const receiver = await startReceiver({ tls: serving(server), receiveTimeoutMs: 200 });
  const { closed } = await connectRaw(receiver.port);
  await expect(closed).resolves.toBeUndefined();
  expect((await callOverTls(receiver, server)).code).toBe(status.OK);
});
