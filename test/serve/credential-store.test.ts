import { describe, expect, test } from 'vitest';
import { createCredentialStore } from '../../src/serve/credential-store.ts';
import type { CredentialStore } from '../../src/serve/credential-store.ts';
import type { SourceOption } from '../../src/sources/declaration.ts';

const OPTIONS: SourceOption[] = [
  { key: 'url', variable: 'LOKI_URL', description: 'address', required: true, destination: true, kind: 'url' },
  { key: 'api_key', variable: 'LOKI_API_KEY', description: 'token', secret: true },
  { key: 'query', variable: 'LOKI_QUERY', description: 'what to read' },
];

function storeWith(environment: Record<string, string>): CredentialStore {
  return createCredentialStore({
    options: new Map([['loki', OPTIONS]]),
    environment: new Map([['loki', new Map(Object.entries(environment))]]),
    check: (_source, key, value) => (value === 'bad' ? `credentials.${key} is not allowed` : undefined),
  });
}

const ENVIRONMENT = { url: 'https://loki.example.com', api_key: 'canary', query: '{app="shop"}' };
const valuesOf = (store: CredentialStore, given?: Record<string, string>) => {
  const { values, fromRequest } = store.resolve('loki', given);
  return { ...Object.fromEntries(values), fromRequest };
};

describe('what a pull goes by', () => {
  test('is what the environment says', () => {
    expect(valuesOf(storeWith(ENVIRONMENT))).toEqual({ ...ENVIRONMENT, fromRequest: false });
  });

  test('a request that narrows the query keeps the address and the secret', () => {
    const given = { query: '{app="till"}' };
    expect(valuesOf(storeWith(ENVIRONMENT), given)).toEqual({ ...ENVIRONMENT, ...given, fromRequest: false });
  });

  test('a request that names another address does not get the secret of the environment', () => {
    const given = { url: 'https://elsewhere.example.net' };
    expect(valuesOf(storeWith(ENVIRONMENT), given)).toEqual({ ...given, query: ENVIRONMENT.query, fromRequest: true });
  });

  test('nor does what POST /credentials set, and a request over it loses that secret in turn', () => {
    const store = storeWith(ENVIRONMENT);
    store.set({ source: 'loki', credentials: { url: 'https://two.example.net', api_key: 'second' } });
    expect(valuesOf(store)).toMatchObject({ api_key: 'second', fromRequest: true });
    expect(valuesOf(store, { url: 'https://three.example.net' })).not.toHaveProperty('api_key');
    expect(valuesOf(store, { query: 'x' })).toMatchObject({ api_key: 'second', fromRequest: true });
    store.clear('loki');
    expect(valuesOf(store)).toEqual({ ...ENVIRONMENT, fromRequest: false });
  });

  test('what came with a request is gone after it', () => {
    const store = storeWith({});
    valuesOf(store, { url: 'https://one.example.net', api_key: 'canary' });
    expect(store.isConfigured('loki')).toBe(false);
    expect(JSON.stringify(store.list())).not.toContain('canary');
  });

  test.each<[Record<string, string> | undefined, string]>([
    [undefined, 'source "loki" is not configured: set LOKI_URL, or POST /credentials with its url'],
    [{ api_key: 'canary' }, 'source "loki" is not configured: set LOKI_URL, or POST /credentials with its url'],
    [{}, 'credentials is empty; source loki takes url, api_key, query'],
    [{ pass: 'canary' }, 'credentials has the unknown key "pass"; source loki takes url, api_key, query'],
    [{ url: 'bad' }, 'credentials.url is not allowed'],
  ])('%j is refused with a sentence', (given, sentence) => {
    expect(() => storeWith({}).resolve('loki', given)).toThrow(sentence);
  });
});
