import type { SourceDeclaration } from '../declaration.ts';

/** Every stream that says of which service it is, as Loki 3 does of all. */
export const DEFAULT_QUERY = '{service_name=~".+"}';

export const LOKI: SourceDeclaration = {
  name: 'loki',
  title: 'Loki',
  description: 'Grafana Loki 2 and 3, Grafana Cloud Logs: the log lines that a LogQL query selects',
  isLimited: true,
  checks: 'a gateway may want LOKI_USER and LOKI_PASSWORD, and a Loki of several tenants LOKI_TENANT',
  options: [
    {
      key: 'url',
      variable: 'LOKI_URL',
      kind: 'url',
      required: true,
      destination: true,
      description: 'Address of Loki or of the gateway before it',
    },
    {
      key: 'api_key',
      variable: 'LOKI_API_KEY',
      secret: true,
      description: 'Bearer token; with LOKI_USER, the password of basic authentication',
    },
    { key: 'user', variable: 'LOKI_USER', description: 'User of basic authentication' },
    { key: 'password', variable: 'LOKI_PASSWORD', secret: true, description: 'Password of basic authentication' },
    {
      key: 'tenant',
      variable: 'LOKI_TENANT',
      pattern: { source: '^[!-~]+$', allowed: 'a tenant, or several with vertical bars between, without spaces' },
      description: 'Tenant, sent as X-Scope-OrgID',
    },
    {
      key: 'query',
      variable: 'LOKI_QUERY',
      pattern: {
        source: '^\\s*\\{[^]*$',
        allowed: 'a LogQL query for log lines, which begins with { as in {app="shop"}',
      },
      description: `LogQL query for log lines; ${DEFAULT_QUERY}, or one by another label, when unset`,
    },
  ],
};
