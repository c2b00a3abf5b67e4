import type { SourceDeclaration } from '../declaration.ts';
import type { SourceClient } from '../http/source-client.ts';

/** The header that says who asks; none where nothing is configured, as for a cluster without security. */
export function authorization(
  values: ReadonlyMap<string, string>,
  client: SourceClient,
  { options }: SourceDeclaration,
): Record<string, string> {
  const [apiKey, token, user, password] = ['api_key', 'bearer_token', 'user', 'password'].map((key) => {
    const value = values.get(key);
    return value === '' ? undefined : value;
  });
  // Elasticsearch takes a key in base64; people also have it in its two parts.
  if (apiKey !== undefined) {
    return { authorization: `ApiKey ${apiKey.includes(':') ? Buffer.from(apiKey).toString('base64') : apiKey}` };
  }
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (user === undefined && password === undefined) return {};
  if (user !== undefined && password !== undefined) {
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }
  const missing = options.find(({ key }) => key === (user === undefined ? 'user' : 'password'));
  throw client.error(
    'configuration',
    'authorization',
    `${missing?.variable} is missing: user and password go together`,
  );
}
