import { dirname, join } from 'node:path';
import { runCommand } from '../../parts/run-command.ts';
import { CLIENT, TENANT, WORKSPACE } from './azure-server.ts';

export interface OfficialQuery {
  /** package.json of the part with the official clients. */
  part: string;
  url: string;
  certFile: string;
  secret: string;
  query: string;
  startMs: number;
  endMs: number;
}

const SCRIPT = `
import { createRequire } from 'node:module';
const given = JSON.parse(process.argv[1]);
const require = createRequire(given.part);
const { ClientSecretCredential } = require('@azure/identity');
const { LogsQueryClient } = require('@azure/monitor-query-logs');
const credential = new ClientSecretCredential(given.tenant, given.client, given.secret, {
  authorityHost: given.url,
  disableInstanceDiscovery: true,
  retryOptions: { maxRetries: 0 },
});
const client = new LogsQueryClient(credential, { endpoint: given.url + '/v1', retryOptions: { maxRetries: 0 } });
const span = { startTime: new Date(given.startMs), endTime: new Date(given.endMs) };
try {
  const result = await client.queryWorkspace(given.workspace, given.query, span);
  const tables = result.tables ?? result.partialTables ?? [];
  console.log(JSON.stringify({ status: result.status, error: result.partialError?.code, rows: tables[0]?.rows }));
} catch (error) {
  console.log(JSON.stringify({ status: 'Thrown', error: String(error.message) }));
}
`;

/** What Azure's own client makes of a query; in a process of its own, which trusts the server's certificate. */
export async function askOfficialClient(
  query: OfficialQuery,
): Promise<{ status: string; error?: string; rows?: unknown[][] }> {
  const given = JSON.stringify({ ...query, tenant: TENANT, client: CLIENT, workspace: WORKSPACE });
  const out = await runCommand(process.execPath, ['--input-type=module', '-e', SCRIPT, given], {
    cwd: dirname(query.part),
    env: { NODE_EXTRA_CA_CERTS: join(query.certFile), NODE_OPTIONS: '' },
  });
  return JSON.parse(out) as { status: string; error?: string; rows?: unknown[][] };
}
