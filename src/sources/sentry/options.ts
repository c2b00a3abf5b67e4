import type { SourceDeclaration } from '../declaration.ts';

const SLUG = {
  source: '^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$',
  allowed: 'a slug, as it stands in the address of its page',
};

export const SENTRY: SourceDeclaration = {
  name: 'sentry',
  title: 'Sentry',
  description: "A project's error events and logs, or its issues",
  isLimited: true,
  checks: 'the token needs the scopes org:read, project:read and event:read',
  options: [
    { key: 'token', variable: 'SENTRY_AUTH_TOKEN', required: true, secret: true, description: 'Auth token' },
    { key: 'org', variable: 'SENTRY_ORG', required: true, pattern: SLUG, description: "The organization's slug" },
    { key: 'project', variable: 'SENTRY_PROJECT', required: true, pattern: SLUG, description: "The project's slug" },
    {
      key: 'url',
      variable: 'SENTRY_URL',
      destination: true,
      kind: 'url',
      description:
        'Address of a region (https://de.sentry.io) or of a self-hosted Sentry; https://sentry.io without it',
    },
    {
      key: 'dataset',
      variable: 'SENTRY_DATASET',
      values: ['auto', 'errors', 'logs', 'issues'],
      description: 'What is pulled; auto (without it) is error events, and logs where the organization has them',
    },
    { key: 'query', variable: 'SENTRY_QUERY', description: "Search in Sentry's syntax, as level:error" },
  ],
};
