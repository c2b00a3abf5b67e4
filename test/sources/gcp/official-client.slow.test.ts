import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { windowFilter } from '../../../src/sources/gcp/window-filter.ts';
import { usePart } from '../../parts/part.ts';
import { runCommand } from '../../parts/run-command.ts';
import { accountJson, PROJECT, startLoggingServer } from './logging-server.ts';

const clients = await usePart('cloud-clients');
const START = Date.UTC(2026, 10, 20, 8);

const SCRIPT = `
import { createRequire } from 'node:module';
const given = JSON.parse(process.argv[1]);
const require = createRequire(given.part);
const { Logging } = require('@google-cloud/logging');
const logging = new Logging({
  projectId: given.project,
  credentials: JSON.parse(given.account),
  apiEndpoint: '127.0.0.1',
  port: given.port,
  protocol: 'http',
  fallback: true,
});
try {
  const lines = [];
  let query = { filter: given.filter, orderBy: 'timestamp desc', pageSize: 2, autoPaginate: false };
  while (query !== null) {
    const [entries, , answer] = await logging.getEntries(query);
    lines.push(...entries.map(({ data }) => data));
    query = answer?.nextPageToken ? { ...query, pageToken: answer.nextPageToken } : null;
  }
  console.log(JSON.stringify({ lines }));
} catch (error) {
  console.log(JSON.stringify({ error: String(error.message) }));
}
`;

describe.skipIf(clients.path === undefined)("Google's own client", () => {
  it('reads the same loopback server by the same filter over pages, and is told the same errors', async () => {
    const store = await startLoggingServer(
      Array.from({ length: 6 }, (_, i) => ({
        timestamp: `2026-11-20T08:00:00.00${i}Z`,
        textPayload: `line ${i}`,
        logName: `projects/${PROJECT}/logs/app`,
        resource: { type: 'global' },
        insertId: `id-${i}`,
      })),
    );
    onTestFinished(() => store.stop());
    const ask = async (account: string) => {
      const filter = windowFilter(undefined, START, START + 5);
      const given = JSON.stringify({ part: clients.path, project: PROJECT, account, port: store.port, filter });
      const out = await runCommand(process.execPath, ['--input-type=module', '-e', SCRIPT, given], {
        cwd: dirname(clients.path!),
        env: { NODE_OPTIONS: '' },
      });
      return JSON.parse(out) as { lines?: string[]; error?: string };
    };
    expect(await ask(accountJson())).toEqual({ lines: ['line 4', 'line 3', 'line 2', 'line 1', 'line 0'] });
    expect(store.calls.length).toBeGreaterThanOrEqual(3);
    const { error } = await ask(accountJson({ client_email: 'somebody@else.iam.gserviceaccount.com' }));
    expect(error).toContain('a claim is wrong');
  }, 60_000);
});
