import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { windowQuery } from '../../../src/sources/azure/window-query.ts';
import { usePart } from '../../parts/part.ts';
import { selfSigned, temporaryFolder } from '../../receive/certificates.ts';
import { startAzureServer } from './azure-server.ts';
import { askOfficialClient } from './official-client.ts';

const clients = await usePart('cloud-clients');
const START = Date.UTC(2026, 10, 20, 8);

describe.skipIf(clients.path === undefined)("Azure's own client", () => {
  it('reads the same loopback server by the same query, and is told the same errors', async () => {
    const { certFile, keyFile } = selfSigned(temporaryFolder(), 'server');
    const columns = [
      { name: 'TimeGenerated', type: 'datetime' },
      { name: 'Message', type: 'string' },
    ];
    const rows = Array.from({ length: 5 }, (_, i) => [new Date(START + i).toISOString(), `line ${i}`]);
    const store = await startAzureServer({
      tables: new Map([['AppTraces', { columns, rows }]]),
      secret: 's',
      tls: { cert: readFileSync(certFile), key: readFileSync(keyFile) },
    });
    onTestFinished(() => store.stop());
    const window = { startMs: START, endMs: START + 4 };
    const asked = { part: clients.path!, url: store.url, certFile, secret: 's', ...window };
    const query = windowQuery('AppTraces', window.startMs, window.endMs, 3);

    const whole = await askOfficialClient({ ...asked, query });
    expect(whole).toMatchObject({ status: 'Success' });
    expect(whole.rows?.map((row) => row[1])).toEqual(['line 3', 'line 2', 'line 1']);

    store.rowsMax = 2;
    const cut = await askOfficialClient({ ...asked, query });
    expect(cut).toMatchObject({ status: 'PartialFailure', error: 'PartialError' });

    const refused = await askOfficialClient({ ...asked, query, secret: 'wrong' });
    expect(refused).toMatchObject({ status: 'Thrown', error: expect.stringContaining('AADSTS7000215') as string });
  }, 60_000);
});
