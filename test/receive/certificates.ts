import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Certificate as ServiceCertificate } from '../../src/security/certificate.ts';
import type { TlsFiles } from '../../src/security/tls-material.ts';

/** As a service has it that is given these files. */
export function serving(files: Certificate, ca: Partial<TlsFiles> = {}): ServiceCertificate {
  return new ServiceCertificate({ clientCaFile: undefined, apiClientCaFile: undefined, ...files, ...ca });
}

export interface Certificate {
  certFile: string;
  keyFile: string;
}

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const { folder, remove } = lastingFolder();
  onTestFinished(remove);
  return folder;
}

/** A folder for several tests. */
export function lastingFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-tls-'));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** A certificate for localhost that signs itself, made by openssl. */
export function selfSigned(folder: string, name: string): Certificate {
  const certFile = join(folder, `${name}.pem`);
  const keyFile = join(folder, `${name}.key`);
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', '-days', '2', ...key, ...subject, '-keyout', keyFile, '-out', certFile);
  return { certFile, keyFile };
}

/** A certificate that `ca` has signed. */
export function signedBy(ca: Certificate, folder: string, name: string): Certificate {
  const certFile = join(folder, `${name}.pem`);
  const keyFile = join(folder, `${name}.key`);
  const request = join(folder, `${name}.csr`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-new', ...key, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', request);
  const issuer = ['-CA', ca.certFile, '-CAkey', ca.keyFile, '-CAcreateserial'];
  openssl('x509', '-req', '-days', '2', '-in', request, ...issuer, '-out', certFile);
  return { certFile, keyFile };
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
