import { fileURLToPath } from 'node:url';
import { describeSettings } from '../../src/config/describe-settings.ts';

export const CONFIGURATION_DOC = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url));

/** What docs/configuration.md has to say. */
export function configurationDoc(): string {
  return `# Configuration

Settings are environment variables; a \`.env\` file in the working directory is read at start, and the environment wins
over it. Nothing has to be set. A value that is not allowed stops the start with a sentence that names the variable, the
value and what is allowed; a name that looks like a misspelling of one of these is warned about. A \`DATA_DIR\` that
cannot be used does not stop it: the log has an error, \`GET /ready\` says so in \`degraded\`, and all is kept in memory only
until it can be; \`halfspace check-config\` refuses it before a start.

A secret \`NAME\` may stand in a file instead, as orchestrators mount them: \`NAME_FILE\` says where. Such files are looked
at every ten seconds: replace them in one step (a rename, a swapped link), as a half-written secret is a secret too.

\`SIGHUP\`, or a secret's file that has changed, has everything read again: \`LOG_LEVEL\`, \`SIGNING_SECRET\` and
\`OTLP_BEARER_TOKENS\`, the certificate and the alerts file are taken over while the service runs, and the log says which
other settings wait for a restart, credentials of sources among them. What is wrong then leaves all as it was.

This page is written by \`npm run docs\` from the schema that checks the settings.

${describeSettings()}
`;
}
