import { createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export const SCOPE = 'https://www.googleapis.com/auth/logging.read';
/** Google takes an hour at most. */
const LIFE_SECONDS = 3600;
/** Clocks differ: a token that is issued in the future is refused. */
const EARLIER_SECONDS = 30;

export interface ServiceAccount {
  email: string;
  keyId: string | undefined;
  key: KeyObject;
}

/** A service account's key file; the sentence of the error says what is wrong with it, and shows nothing of it. */
export function parseServiceAccount(json: string): ServiceAccount {
  let fields: Record<string, unknown>;
  try {
    const value: unknown = JSON.parse(json);
    fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    throw new Error('is not JSON: it has to be the content of the key file, not its path');
  }
  const { type, client_email: email, private_key: pem, private_key_id: keyId } = fields;
  if (type !== 'service_account') {
    const named = typeof type === 'string' && /^\w{1,40}$/.test(type) ? `of type ${type}` : 'without a type';
    throw new Error(`is ${named}: only keys of type service_account can be used`);
  }
  if (typeof email !== 'string' || typeof pem !== 'string') throw new Error('has no client_email or no private_key');
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error('has a private_key that is no PEM key');
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Error('has a private_key that is not an RSA key');
  return { email, keyId: typeof keyId === 'string' ? keyId : undefined, key };
}

/**
 * A token that the account signs itself (RFC 7523), which Google's APIs take as it is: no token is asked for anywhere.
 * Valid for an hour.
 */
export function signToken({ email, keyId, key }: ServiceAccount, nowMs: number): string {
  const issued = Math.floor(nowMs / 1000) - EARLIER_SECONDS;
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) };
  const claims = { iss: email, sub: email, scope: SCOPE, iat: issued, exp: issued + LIFE_SECONDS };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}
