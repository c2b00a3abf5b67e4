import type { SourceDeclaration } from '../declaration.ts';

export const SPLUNK: SourceDeclaration = {
  name: 'splunk',
  title: 'Splunk',
  description: 'Events that a search of Splunk Enterprise or Splunk Cloud finds',
  isLimited: true,
  checks: 'the role behind it needs the capability search, and the indexes among those that it may search',
  options: [
    {
      key: 'url',
      variable: 'SPLUNK_URL',
      required: true,
      destination: true,
      kind: 'url',
      description: 'Address of the management port, as https://splunk.example.com:8089',
    },
    { key: 'token', variable: 'SPLUNK_TOKEN', secret: true, description: 'Authentication token' },
    { key: 'user', variable: 'SPLUNK_USER', description: 'User, where there is no token' },
    { key: 'password', variable: 'SPLUNK_PASSWORD', secret: true, description: "The user's password" },
    {
      key: 'query',
      variable: 'SPLUNK_QUERY',
      description: "Search in SPL; without it, all of the role's default indexes",
    },
    {
      key: 'app',
      variable: 'SPLUNK_APP',
      pattern: { source: '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$', allowed: "an app's folder name" },
      description: 'App whose macros, event types and lookups the search may use',
    },
  ],
};
