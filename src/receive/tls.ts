import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

export interface TlsOptions {
  /** PEM, leaf first. */
  certFile: string;
  keyFile: string;
  /** With it, senders must show a certificate that this CA signed (mTLS). */
  clientCaFile: string | undefined;
}

/** Goes as it is into `tls.createServer`, `http2.createSecureServer` and `https.createServer`. */
export interface TlsMaterial {
  cert: Buffer;
  key: Buffer;
  ca?: Buffer;
  requestCert: boolean;
  rejectUnauthorized: boolean;
  minVersion: 'TLSv1.2';
}

export class TlsError extends Error {
  readonly code = 'bad_tls_config';
}

/** Reads and checks certificate, key and CA; throws `TlsError` with a sentence that names the file and the reason. */
export function loadTls(options: TlsOptions): TlsMaterial {
  const cert = read('certificate', options.certFile);
  const key = read('private key', options.keyFile);
  const leaf = attempt('certificate', options.certFile, () => new X509Certificate(cert));
  const privateKey = attempt('private key', options.keyFile, () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new TlsError(`private key ${options.keyFile} does not belong to certificate ${options.certFile}`);
  }
  attempt('certificate', options.certFile, () => createSecureContext({ cert, key }));
  const material: TlsMaterial = {
    cert,
    key,
    requestCert: false,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
  };
  const { clientCaFile } = options;
  if (clientCaFile === undefined) return material;
  const ca = read('client CA', clientCaFile);
  attempt('client CA', clientCaFile, () => new X509Certificate(ca));
  return { ...material, ca, requestCert: true, rejectUnauthorized: true };
}

function read(what: string, file: string): Buffer {
  return attempt(what, file, () => readFileSync(file));
}

function attempt<Value>(what: string, file: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TlsError(`TLS ${what} ${file} cannot be used: ${reason}`, { cause: error });
  }
}
