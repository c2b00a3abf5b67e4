import type { SourceDeclaration } from '../declaration.ts';

export const CLOUDWATCH: SourceDeclaration = {
  name: 'cloudwatch',
  title: 'Amazon CloudWatch Logs',
  description: 'Log groups of Amazon CloudWatch Logs, whole or by a Logs Insights query',
  isLimited: true,
  checks:
    'the keys need logs:FilterLogEvents on the log groups (for a query logs:StartQuery and logs:GetQueryResults), a temporary key needs its CW_SESSION_TOKEN, and the clock has to be right',
  options: [
    {
      key: 'access_key_id',
      variable: 'CW_ACCESS_KEY_ID',
      description: 'Access key; without it the AWS chain',
      secret: true,
    },
    { key: 'secret_access_key', variable: 'CW_SECRET_ACCESS_KEY', description: 'Its secret', secret: true },
    {
      key: 'session_token',
      variable: 'CW_SESSION_TOKEN',
      description: 'Session token of a temporary key',
      secret: true,
    },
    {
      key: 'region',
      variable: 'CW_REGION',
      description: 'AWS region, e.g. eu-central-1; without it that of the AWS chain',
      pattern: { source: '[a-z]{2,6}(-[a-z0-9]{1,12}){1,4}', allowed: 'an AWS region such as eu-central-1' },
    },
    {
      key: 'log_group',
      variable: 'CW_LOG_GROUP',
      required: true,
      description: 'Log groups by name or ARN, separated by commas',
      pattern: {
        source: '\\s*[\\w./#:*-]{1,700}\\s*(,\\s*[\\w./#:*-]{1,700}\\s*){0,49}',
        allowed: 'names or ARNs of log groups, at most 50, separated by commas',
      },
    },
    {
      key: 'log_stream',
      variable: 'CW_LOG_STREAM',
      description: 'Log streams, separated by commas, or the beginning of their names and a *',
    },
    { key: 'filter_pattern', variable: 'CW_FILTER_PATTERN', description: 'Filter pattern that events have to match' },
    {
      key: 'query',
      variable: 'CW_QUERY',
      description: 'Logs Insights query whose lines are read instead, e.g. filter @message like /timeout/',
    },
    {
      key: 'endpoint',
      variable: 'CW_ENDPOINT',
      description: "Address of the API where it is not the region's own: a VPC endpoint, a test server",
      kind: 'url',
      destination: true,
    },
  ],
};
