import type { SourceDeclaration } from '../declaration.ts';

const GUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

export const AZURE: SourceDeclaration = {
  name: 'azure',
  title: 'Azure Monitor Logs',
  description: 'A Log Analytics workspace, by a KQL query',
  isLimited: true,
  checks: 'the application needs the role Log Analytics Reader on the workspace, and its secret must not have expired',
  options: [
    {
      key: 'tenant_id',
      variable: 'AZURE_TENANT_ID',
      required: true,
      description: 'Directory (tenant) of Microsoft Entra ID',
      pattern: { source: '[A-Za-z0-9][A-Za-z0-9.-]{0,252}', allowed: "a directory's id or domain" },
    },
    {
      key: 'client_id',
      variable: 'AZURE_CLIENT_ID',
      required: true,
      description: 'Application (client) id',
      pattern: { source: GUID, allowed: "an application's id (a UUID)" },
    },
    {
      key: 'client_secret',
      variable: 'AZURE_CLIENT_SECRET',
      required: true,
      secret: true,
      description: 'Secret of the application',
    },
    {
      key: 'workspace_id',
      variable: 'AZURE_WORKSPACE_ID',
      required: true,
      description: 'Log Analytics workspace',
      pattern: { source: GUID, allowed: "a workspace's id (a UUID)" },
    },
    {
      key: 'query',
      variable: 'AZURE_QUERY',
      description: 'KQL query whose rows have TimeGenerated; without it AppTraces, ContainerLogV2 and Syslog',
    },
    {
      key: 'authority_host',
      variable: 'AZURE_AUTHORITY_HOST',
      description: "Where tokens come from, https://login.microsoftonline.com when unset; a national cloud's own",
      kind: 'url',
      destination: true,
    },
    {
      key: 'endpoint',
      variable: 'AZURE_ENDPOINT',
      description: "Address of the query API, https://api.loganalytics.io when unset; a national cloud's own",
      kind: 'url',
      destination: true,
    },
  ],
};
