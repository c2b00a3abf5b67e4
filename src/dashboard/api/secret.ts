/** The signing secret, for as long as the tab is open and for no other. */
const KEY = 'halfspace-secret';
const listeners = new Set<() => void>();

export function storedSecret(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

export function storeSecret(secret: string): void {
  sessionStorage.setItem(KEY, secret);
  for (const listener of listeners) listener();
}

const SECRET_WANTED = 'secretwanted';

/** Says that somebody wants to enter it. */
export function wantSecret(): void {
  dispatchEvent(new Event(SECRET_WANTED));
}

export function onSecretWanted(listener: () => void): () => void {
  addEventListener(SECRET_WANTED, listener);
  return () => removeEventListener(SECRET_WANTED, listener);
}

/** Tells when another secret is to be used: what had been refused can be asked again. */
export function onSecret(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function secretHeaders(): Record<string, string> {
  const secret = storedSecret();
  // Header values are one character a byte.
  return secret === undefined ? {} : { 'x-signing-secret': asBytes(secret) };
}

function asBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}
