import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

export interface TlsFiles {
  /** PEM, leaf first. */
  certFile: string;
  keyFile: string;
  /** With it, senders must show a certificate that this CA signed (mTLS). */
  clientCaFile: string | undefined;
  /** Likewise callers of REST and Watch. */
  apiClientCaFile: string | undefined;
}

/** What the files hold, checked. */
export interface TlsMaterial {
  cert: Buffer;
  key: Buffer;
  clientCa: Buffer | undefined;
  apiClientCa: Buffer | undefined;
  /** Epoch milliseconds at which the leaf stops being valid. */
  expiresMs: number;
}

export class TlsError extends Error {
  readonly code = 'bad_tls_config';
}

/** Reads and checks certificate, key and CAs; throws `TlsError` with a sentence that names the file and the reason. */
export function loadTls(files: TlsFiles): TlsMaterial {
  const cert = read('certificate', files.certFile);
  const key = read('private key', files.keyFile);
  const leaf = attempt('certificate', files.certFile, () => new X509Certificate(cert));
  const privateKey = attempt('private key', files.keyFile, () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new TlsError(`private key ${files.keyFile} does not belong to certificate ${files.certFile}`);
  }
  attempt('certificate', files.certFile, () => createSecureContext({ cert, key }));
  return {
    cert,
    key,
    clientCa: readCa('client CA', files.clientCaFile),
    apiClientCa: readCa('API client CA', files.apiClientCaFile),
    expiresMs: leaf.validToDate.getTime(),
  };
}

function readCa(what: string, file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  const ca = read(what, file);
  attempt(what, file, () => new X509Certificate(ca));
  return ca;
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
