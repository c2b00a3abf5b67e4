import type { SourceDeclaration } from '../declaration.ts';

export const NEWRELIC: SourceDeclaration = {
  name: 'newrelic',
  title: 'New Relic',
  description: 'Logs of New Relic, by NRQL over NerdGraph',
  isLimited: true,
  checks: 'a user key (NRAK-...) of a user who may query this account is needed, and the region has to be its own',
  options: [
    { key: 'api_key', variable: 'NR_API_KEY', required: true, secret: true, description: 'User key' },
    {
      key: 'account_id',
      variable: 'NR_ACCOUNT_ID',
      required: true,
      pattern: { source: '^[1-9]\\d{0,9}$', allowed: 'the number of an account' },
      description: 'Number of the account',
    },
    {
      key: 'query',
      variable: 'NR_QUERY',
      description: "Condition of an NRQL WHERE clause, as service.name = 'checkout'; all logs when unset",
    },
    { key: 'region', variable: 'NR_REGION', values: ['us', 'eu'], destination: true, description: 'us when unset' },
    {
      key: 'url',
      variable: 'NR_URL',
      kind: 'url',
      destination: true,
      description: "Address of the API where it is not the region's, for a proxy",
    },
  ],
};
