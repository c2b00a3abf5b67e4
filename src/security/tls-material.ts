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

/** Settings, each with what its file must hold. */
const WANTED = {
  TLS_CERT_FILE: 'certificate',
  TLS_KEY_FILE: 'private key',
  TLS_CLIENT_CA_FILE: 'CA certificate',
  TLS_API_CLIENT_CA_FILE: 'CA certificate',
} as const;
type Setting = keyof typeof WANTED;

/** Reads and checks certificate, key and CAs; throws `TlsError` with a sentence that names the setting, the file and the reason. */
export function loadTls(files: TlsFiles): TlsMaterial {
  const cert = read('TLS_CERT_FILE', files.certFile);
  const key = read('TLS_KEY_FILE', files.keyFile);
  const leaf = parse('TLS_CERT_FILE', files.certFile, () => new X509Certificate(cert));
  const privateKey = parse('TLS_KEY_FILE', files.keyFile, () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new TlsError(`private key ${files.keyFile} does not belong to certificate ${files.certFile}`);
  }
  parse('TLS_CERT_FILE', files.certFile, () => createSecureContext({ cert, key }));
  return {
    cert,
    key,
    clientCa: readCa('TLS_CLIENT_CA_FILE', files.clientCaFile),
    apiClientCa: readCa('TLS_API_CLIENT_CA_FILE', files.apiClientCaFile),
    expiresMs: leaf.validToDate.getTime(),
  };
}

function readCa(setting: Setting, file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  const ca = read(setting, file);
  parse(setting, file, () => new X509Certificate(ca));
  return ca;
}

function read(setting: Setting, file: string): Buffer {
  return attempt(
    setting,
    file,
    () => readFileSync(file),
    (error) => `cannot be read (${codeOf(error)})`,
  );
}

function parse<Value>(setting: Setting, file: string, make: () => Value): Value {
  return attempt(setting, file, make, (error) => `holds no ${WANTED[setting]} that can be used (${reasonOf(error)})`);
}

function attempt<Value>(setting: Setting, file: string, make: () => Value, why: (error: unknown) => string): Value {
  try {
    return make();
  } catch (error) {
    const sentence = `${setting} names ${file}, which ${why(error)}; allowed: a PEM file with a ${WANTED[setting]}`;
    throw new TlsError(sentence, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

/** OpenSSL's `error:0480006C:PEM routines::no start line` without what only its makers read. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.replace(/^error:[\dA-F]+:[^:]*:[^:]*:/i, '');
  return /no start line|DECODER routines::unsupported|not enough data/.test(message) ? 'it is not PEM' : reason;
}
