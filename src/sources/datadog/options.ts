import type { SourceDeclaration } from '../declaration.ts';

export const DEFAULT_SITE = 'datadoghq.com';

export const DATADOG: SourceDeclaration = {
  name: 'datadog',
  title: 'Datadog',
  description: 'Log events of Datadog, by a search',
  isLimited: true,
  checks: 'both keys have to be of the organization at DD_SITE, and the application key needs the scope logs_read_data',
  options: [
    { key: 'api_key', variable: 'DD_API_KEY', required: true, secret: true, description: 'API key' },
    { key: 'app_key', variable: 'DD_APP_KEY', required: true, secret: true, description: 'Application key' },
    {
      key: 'site',
      variable: 'DD_SITE',
      destination: true,
      pattern: {
        source: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$',
        allowed: 'a site such as datadoghq.com, us3.datadoghq.com, us5.datadoghq.com, datadoghq.eu, ap1.datadoghq.com',
      },
      description: `Site of the organization; ${DEFAULT_SITE} when unset`,
    },
    {
      key: 'url',
      variable: 'DD_URL',
      destination: true,
      kind: 'url',
      description: 'Address of the API where it is not https://api. and the site, for a proxy',
    },
    { key: 'query', variable: 'DD_QUERY', description: 'Search query, as service:checkout; all logs when unset' },
    {
      key: 'indexes',
      variable: 'DD_INDEXES',
      pattern: { source: '^[\\w.*-]+(\\s*,\\s*[\\w.*-]+){0,99}$', allowed: 'names of indexes, with commas between' },
      description: 'Indexes that are searched; all when unset',
    },
    {
      key: 'storage',
      variable: 'DD_STORAGE',
      values: ['indexes', 'online-archives', 'flex'],
      description: 'Storage tier that is searched; indexes when unset',
    },
  ],
};
