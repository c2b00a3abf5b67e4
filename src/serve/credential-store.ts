import type { SourceOption } from '../sources/declaration.ts';
import { Problem } from './problem.ts';
import type { CredentialsAnswer, CredentialsBody } from './schemas/credentials.ts';

type SourceValues = ReadonlyMap<string, string>;

export interface CredentialStoreOptions {
  /** Options of each source that takes any. */
  options: ReadonlyMap<string, readonly SourceOption[]>;
  /** What the environment sets, by source and key. */
  environment: ReadonlyMap<string, SourceValues>;
  /** A sentence when a value is not allowed; it must not repeat the value of a secret. */
  check(source: string, key: string, value: string): string | undefined;
}

/** What one pull goes by. */
export interface ResolvedValues {
  values: SourceValues;
  /** Whether a request, and not the environment, says where to call. */
  fromRequest: boolean;
}

/**
 * Values that sources are configured by, in memory only: what a request set goes over the environment's, and what comes
 * with a request, for that request alone, over both.
 *
 * Who says where to call brings the secrets too: a value that decides it drops every secret from below, as the
 * environment's could otherwise be sent anywhere.
 */
export interface CredentialStore {
  /** For the code that pulls; throws a `Problem` when something is missing or not allowed. */
  resolve(source: string, given?: Readonly<Record<string, string>>): ResolvedValues;
  isConfigured(source: string): boolean;
  set(body: CredentialsBody): CredentialsAnswer;
  list(): CredentialsAnswer;
  /** Forgets what requests set; undefined means for every source. */
  clear(source: string | undefined): CredentialsAnswer;
}

export function createCredentialStore(store: CredentialStoreOptions): CredentialStore {
  const { options, environment } = store;
  const set = new Map<string, SourceValues>();
  const none: ResolvedValues = { values: new Map(), fromRequest: false };

  function optionsOf(source: string): readonly SourceOption[] {
    const found = options.get(source);
    if (found !== undefined) return found;
    const known = [...options.keys()].join(', ');
    throw new Problem(400, 'bad_request', `there is no source ${quote(source)} with credentials; there is: ${known}`);
  }

  function over(source: string, below: ResolvedValues, above: SourceValues | undefined): ResolvedValues {
    if (above === undefined) return below;
    const redirects = optionsOf(source).some(({ key, destination }) => destination === true && above.has(key));
    const kept = redirects ? withoutSecrets(optionsOf(source), below.values) : below.values;
    return { values: new Map([...kept, ...above]), fromRequest: below.fromRequest || redirects };
  }

  function resolved(source: string): ResolvedValues {
    const fromEnvironment = { ...none, values: environment.get(source) ?? none.values };
    return over(source, fromEnvironment, set.get(source));
  }

  function missing(source: string, values: SourceValues): SourceOption[] {
    return optionsOf(source).filter(({ key, required }) => required === true && !values.has(key));
  }

  function checked(source: string, given: Readonly<Record<string, string>>): SourceValues {
    const known = optionsOf(source).map(({ key }) => key);
    const values = new Map<string, string>();
    for (const [key, value] of Object.entries(given)) {
      if (!known.includes(key)) {
        const detail = `credentials has the unknown key ${quote(key)}; source ${source} takes ${known.join(', ')}`;
        throw new Problem(400, 'bad_request', detail);
      }
      const wrong = store.check(source, key, value);
      if (wrong !== undefined) throw new Problem(400, 'bad_request', wrong);
      values.set(key, value);
    }
    if (values.size === 0) {
      throw new Problem(400, 'bad_request', `credentials is empty; source ${source} takes ${known.join(', ')}`);
    }
    return values;
  }

  function list(): CredentialsAnswer {
    const credentials = [...options].map(([source, takes]) => {
      const { values } = resolved(source);
      const fromEnvironment = values.size > 0 ? ('environment' as const) : ('nobody' as const);
      return {
        source,
        configured: missing(source, values).length === 0,
        keys: takes.map(({ key }) => key),
        keys_set: takes.filter(({ key }) => values.has(key)).map(({ key }) => key),
        set_by: set.has(source) ? ('request' as const) : fromEnvironment,
      };
    });
    return { credentials };
  }

  return {
    resolve(source, given) {
      const found = over(source, resolved(source), given === undefined ? undefined : checked(source, given));
      const lacking = missing(source, found.values);
      if (lacking.length === 0) return found;
      const variables = lacking.map(({ variable }) => variable).join(' and ');
      const keys = lacking.map(({ key }) => key).join(' and ');
      const detail = `source "${source}" is not configured: set ${variables}, or POST /credentials with its ${keys}`;
      throw new Problem(400, 'source_not_configured', detail);
    },
    isConfigured: (source) => missing(source, resolved(source).values).length === 0,
    list,
    set(body) {
      set.set(body.source, checked(body.source, body.credentials));
      return list();
    },
    clear(source) {
      if (source === undefined) set.clear();
      else if (optionsOf(source).length > 0) set.delete(source);
      return list();
    },
  };
}

function withoutSecrets(options: readonly SourceOption[], values: SourceValues): SourceValues {
  const secrets = new Set(options.filter(({ secret }) => secret === true).map(({ key }) => key));
  return new Map([...values].filter(([key]) => !secrets.has(key)));
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
