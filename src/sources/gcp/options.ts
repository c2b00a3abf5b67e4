import type { SourceDeclaration } from '../declaration.ts';

const RESOURCE = '[A-Za-z0-9][\\w.:/-]{0,399}';

export const GCP: SourceDeclaration = {
  name: 'gcp',
  title: 'Google Cloud Logging',
  description: 'Log entries of Google Cloud projects',
  isLimited: true,
  checks:
    'the account needs the role Logs Viewer on the project, its key must not have been deleted, and the clock has to be right',
  options: [
    {
      key: 'project_id',
      variable: 'GCP_PROJECT_ID',
      required: true,
      description: 'Project, or several (also folders/..., organizations/... or log views) separated by commas',
      pattern: {
        source: `\\s*${RESOURCE}\\s*(,\\s*${RESOURCE}\\s*){0,99}`,
        allowed: 'ids of projects or names of resources, at most 100, separated by commas',
      },
    },
    {
      key: 'credentials_json',
      variable: 'GCP_CREDENTIALS_JSON',
      secret: true,
      description: 'Key of a service account, the JSON itself; without it the account of the machine it runs on',
    },
    {
      key: 'filter',
      variable: 'GCP_FILTER',
      description: 'Filter in the Logging query language, e.g. severity>=WARNING',
    },
    {
      key: 'endpoint',
      variable: 'GCP_ENDPOINT',
      description: 'Address of the API, https://logging.googleapis.com when unset',
      kind: 'url',
      destination: true,
    },
  ],
};
