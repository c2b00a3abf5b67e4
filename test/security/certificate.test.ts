import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { selfSigned, serving, temporaryFolder } from '../receive/certificates.ts';

test('a renewed certificate is taken over and told; the same one is not; a broken one leaves the one before', () => {
  const folder = temporaryFolder();
  const [first, second] = [selfSigned(folder, 'first'), selfSigned(folder, 'second')];
  const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  const put = ({ certFile, keyFile }: typeof first) => {
    copyFileSync(certFile, files.certFile);
    copyFileSync(keyFile, files.keyFile);
  };
  put(first);
  const certificate = serving(files, { clientCaFile: first.certFile, apiClientCaFile: second.certFile });
  let told = 0;
  certificate.onRenewed(() => told++);
  const before = certificate.for('senders');
  expect(before).toMatchObject({ requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' });
  expect(certificate.for('callers').ca).not.toEqual(before.ca);
  expect([certificate.reload(), told]).toEqual([false, 0]);

  // Half of a pair, as it stands while files are copied one by one.
  copyFileSync(second.certFile, files.certFile);
  expect(() => certificate.reload()).toThrow('does not belong to certificate');
  writeFileSync(files.keyFile, 'half written');
  expect(() => certificate.reload()).toThrow('which holds no private key that can be used (it is not PEM)');
  expect([certificate.for('senders').cert.equals(before.cert), told]).toEqual([true, 0]);

  put(second);
  expect([certificate.reload(), told]).toEqual([true, 1]);
  expect(certificate.for('senders').cert.equals(before.cert)).toBe(false);
  expect(certificate.expiresMs).toBeGreaterThan(Date.now());
});

test('without a CA nobody is asked for a certificate', () => {
  const certificate = serving(selfSigned(temporaryFolder(), 'server'));
  for (const clients of ['senders', 'callers'] as const)
    expect(certificate.for(clients)).toMatchObject({ requestCert: false, rejectUnauthorized: false });
});
