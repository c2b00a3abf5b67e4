import { hash, timingSafeEqual } from 'node:crypto';
import { ExportError } from './export-error.ts';

/** Decides by the headers alone, before any of the body is read. */
export interface Authenticator {
  /** Returns when the sender may export, throws `ExportError` unauthenticated or permission_denied when not. */
  check(headers: RequestHeaders): void;
}

/** HTTP/1 and HTTP/2 headers as Node gives them, names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface AuthenticatorOptions {
  signingSecret: string | undefined;
  bearerTokens: readonly string[];
}

/** Undefined when no secret is configured: then everybody may send. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator | undefined {
  const { signingSecret, bearerTokens } = options;
  const secrets = [signingSecret, ...bearerTokens].filter((secret) => secret !== undefined && secret !== '');
  if (secrets.length === 0) return undefined;
  const digests = secrets.map((secret) => digestOf(Buffer.from(secret as string, 'utf8')));
  return {
    check(headers) {
      const token = tokenOf(headers);
      if (token === undefined) {
        throw new ExportError('unauthenticated', 'no token: send x-signing-secret or authorization: Bearer <token>');
      }
      // Header values come as one character a byte, so that UTF-8 secrets match however the sender spelt them.
      if (!isKnown(digestOf(Buffer.from(token, 'latin1')), digests)) {
        throw new ExportError('unauthenticated', 'the token is not known here');
      }
    },
  };
}

function tokenOf(headers: RequestHeaders): string | undefined {
  const secret = headers['x-signing-secret'];
  if (typeof secret === 'string') return secret;
  const authorization = headers['authorization'];
  if (typeof authorization !== 'string') return undefined;
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/** Digests have one length, so that neither length nor content of a secret shows in the time that a check takes. */
function digestOf(secret: Uint8Array): Buffer {
  return hash('sha256', secret, 'buffer');
}

function isKnown(digest: Buffer, known: readonly Buffer[]): boolean {
  let found = false;
  for (const candidate of known) found = timingSafeEqual(digest, candidate) || found;
  return found;
}
