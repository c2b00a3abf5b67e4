import { Problem } from './problem.ts';
import type { CredentialsAnswer, CredentialsBody } from './schemas/credentials.ts';

type SourceValues = ReadonlyMap<string, string>;

export interface CredentialStoreOptions {
  /** Keys that each source takes. */
  keys: ReadonlyMap<string, readonly { key: string; required: boolean }[]>;
  /** What the environment sets, by source and key. */
  environment: ReadonlyMap<string, SourceValues>;
  /** A sentence when a value is not allowed; it must not repeat the value of a secret. */
  check(source: string, key: string, value: string): string | undefined;
}

/** Values that sources are configured by, in memory only: what a request set goes over the environment's. */
export interface CredentialStore {
  /** All values of a source, for the code that pulls from it. */
  values(source: string): SourceValues;
  isConfigured(source: string): boolean;
  set(body: CredentialsBody): CredentialsAnswer;
  list(): CredentialsAnswer;
  /** Forgets what requests set; undefined means for every source. */
  clear(source: string | undefined): CredentialsAnswer;
}

export function createCredentialStore(options: CredentialStoreOptions): CredentialStore {
  const { keys, environment } = options;
  const set = new Map<string, SourceValues>();

  function keysOf(source: string): readonly { key: string; required: boolean }[] {
    const found = keys.get(source);
    if (found !== undefined) return found;
    const known = [...keys.keys()].join(', ');
    throw new Problem(400, 'bad_request', `there is no source ${quote(source)} with credentials; there is: ${known}`);
  }

  function valuesOf(source: string): SourceValues {
    return new Map([...(environment.get(source) ?? []), ...(set.get(source) ?? [])]);
  }

  function isConfigured(source: string): boolean {
    const values = valuesOf(source);
    return keysOf(source).every(({ key, required }) => !required || values.has(key));
  }

  function checked(body: CredentialsBody): SourceValues {
    const known = keysOf(body.source).map(({ key }) => key);
    const values = new Map<string, string>();
    for (const [key, value] of Object.entries(body.credentials)) {
      if (!known.includes(key)) {
        const detail = `credentials has the unknown key ${quote(key)}; source ${body.source} takes ${known.join(', ')}`;
        throw new Problem(400, 'bad_request', detail);
      }
      const wrong = options.check(body.source, key, value);
      if (wrong !== undefined) throw new Problem(400, 'bad_request', wrong);
      values.set(key, value);
    }
    if (values.size === 0) {
      throw new Problem(400, 'bad_request', `credentials is empty; source ${body.source} takes ${known.join(', ')}`);
    }
    return values;
  }

  function list(): CredentialsAnswer {
    const credentials = [...keys].map(([source, takes]) => {
      const values = valuesOf(source);
      const fromEnvironment = values.size > 0 ? ('environment' as const) : ('nobody' as const);
      return {
        source,
        configured: isConfigured(source),
        keys: takes.map(({ key }) => key),
        keys_set: takes.filter(({ key }) => values.has(key)).map(({ key }) => key),
        set_by: set.has(source) ? ('request' as const) : fromEnvironment,
      };
    });
    return { credentials };
  }

  return {
    values: valuesOf,
    isConfigured,
    list,
    set(body) {
      set.set(body.source, checked(body));
      return list();
    },
    clear(source) {
      if (source === undefined) set.clear();
      else if (keysOf(source).length > 0) set.delete(source);
      return list();
    },
  };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
