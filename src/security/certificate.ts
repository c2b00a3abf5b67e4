import { loadTls } from './tls-material.ts';
import type { TlsFiles, TlsMaterial } from './tls-material.ts';

/** Goes as it is into `tls.createServer`, `http2.createSecureServer`, `https.createServer` and `setSecureContext`. */
export interface ServerTls {
  cert: Buffer;
  key: Buffer;
  ca?: Buffer;
  requestCert: boolean;
  rejectUnauthorized: boolean;
  minVersion: 'TLSv1.2';
}

/** Who shows a certificate of their own, and to which of the two CAs it is held. */
export type Clients = 'senders' | 'callers';

/**
 * The certificate of this service, over the files that it is renewed in. Connections that stand keep theirs; new ones get
 * the newest that could be read whole.
 */
export class Certificate {
  readonly #files: TlsFiles;
  readonly #listeners = new Set<() => void>();
  #material: TlsMaterial;

  /** Throws `TlsError`. */
  constructor(files: TlsFiles) {
    this.#files = files;
    this.#material = loadTls(files);
  }

  /** Epoch milliseconds. */
  get expiresMs(): number {
    return this.#material.expiresMs;
  }

  for(clients: Clients): ServerTls {
    const { cert, key, clientCa, apiClientCa } = this.#material;
    const ca = clients === 'senders' ? clientCa : apiClientCa;
    const asks = ca !== undefined;
    return { cert, key, ...(asks ? { ca } : {}), requestCert: asks, rejectUnauthorized: asks, minVersion: 'TLSv1.2' };
  }

  /** Called after each renewal. */
  onRenewed(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Reads the files again; whether they hold something else. Throws `TlsError` and keeps what it has. */
  reload(): boolean {
    const next = loadTls(this.#files);
    const isSame = (['cert', 'key', 'clientCa', 'apiClientCa'] as const).every((name) => {
      const [now, then] = [this.#material[name], next[name]];
      return now === then || (now !== undefined && then !== undefined && now.equals(then));
    });
    if (isSame) return false;
    this.#material = next;
    for (const listener of this.#listeners) listener();
    return true;
  }
}
