import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Secrets of which a caller has to show one. Compared as digests, which have one length, so that neither length nor
 * content of a secret shows in the time that a check takes.
 */
export class SecretSet {
  #digests: readonly Buffer[] = [];

  constructor(secrets: readonly string[]) {
    this.replace(secrets);
  }

  /** From now on these count, and none of those before. */
  replace(secrets: readonly string[]): void {
    this.#digests = secrets.map((secret) => digestOf(Buffer.from(secret, 'utf8')));
  }

  /**
   * What a caller shows by these headers, or metadata, of its call: `X-Signing-Secret`, or else `Authorization` with a bearer
   * token (RFC 6750), which is all that many can send.
   */
  judge(secret: unknown, authorization: unknown): 'known' | 'wrong' | 'missing' {
    const given = typeof secret === 'string' ? secret : bearerTokenOf(authorization);
    if (typeof given !== 'string') return 'missing';
    return this.has(given) ? 'known' : 'wrong';
  }

  /** @param given As headers and metadata come: one character a byte, so that UTF-8 matches however it was spelt. */
  has(given: string | Uint8Array): boolean {
    const digest = digestOf(typeof given === 'string' ? Buffer.from(given, 'latin1') : given);
    let found = false;
    for (const known of this.#digests) found = timingSafeEqual(digest, known) || found;
    return found;
  }
}

function bearerTokenOf(authorization: unknown): string | undefined {
  if (typeof authorization !== 'string') return undefined;
  // Blanks at the end are cut by themselves: a pattern for them takes a time that grows with their square.
  return /^bearer +(\S.*)$/i.exec(authorization)?.[1]?.trimEnd();
}

function digestOf(secret: Uint8Array): Buffer {
  return hash('sha256', secret, 'buffer');
}
