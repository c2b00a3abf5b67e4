import type { SecretSet } from '../security/secret-set.ts';
import { ExportError } from './export-error.ts';

/** Decides by the headers alone, before any of the body is read. */
export interface Authenticator {
  /** Returns when the sender may export, throws `ExportError` unauthenticated or permission_denied when not. */
  check(headers: RequestHeaders): void;
}

/** HTTP/1 and HTTP/2 headers as Node gives them, names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Senders show one of the secrets; undefined when there is no set of them: then everybody may send. */
export function createAuthenticator(secrets: SecretSet | undefined): Authenticator | undefined {
  if (secrets === undefined) return undefined;
  return {
    check(headers) {
      const shown = secrets.judge(headers['x-signing-secret'], headers['authorization']);
      if (shown === 'missing') {
        throw new ExportError('unauthenticated', 'no token: send x-signing-secret or authorization: Bearer <token>');
      }
      if (shown === 'wrong') throw new ExportError('unauthenticated', 'the token is not known here');
    },
  };
}
