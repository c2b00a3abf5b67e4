import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SOURCE_SETTINGS } from '../../src/config/source-settings.ts';
import { settingEntries } from '../../src/config/settings.ts';
import { runHalfspace, startHalfspace } from './halfspace.ts';

/** What is planted; it stands in no other place, so one hit anywhere is a leak. */
const MARK = 'canary-7f3a';
/** Stores whose address is a setting, so that a server of the test can stand in their place. */
const STORES = ['loki', 'elasticsearch', 'clickhouse', 'splunk'];
const CANARIES_MIN = 20;

interface OpenApi {
  paths: Record<string, Record<string, unknown>>;
}

test('S4: secrets of every setting, of headers and of requests are in no answer, metric, log line or file', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'canaries-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const store = await refusingStore();
  const planted = plantedSettings(store.address);
  const secret = planted['SIGNING_SECRET']!;
  const halfspace = await startHalfspace({ ...planted, DATA_DIR: dataDir, LOG_LEVEL: 'trace' });
  const { rest, otlp_http } = halfspace.addresses;
  const answers: string[] = [];
  const ask = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(20_000), ...init });
    const headers = JSON.stringify([...response.headers]);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const body = isStream ? await firstOf(response) : await response.text();
    answers.push(`${url} ${response.status} ${headers} ${body}`);
    return { status: response.status, body };
  };
  try {
    const shown = { 'x-signing-secret': secret };
    const document = JSON.parse((await ask(`${rest}/openapi.json`, { headers: shown })).body) as OpenApi;
    const paths = Object.entries(document.paths);
    expect(paths.length).toBeGreaterThan(10);
    for (const [path, operations] of paths) {
      const url = rest + path.replaceAll(/\{[^}]+\}/gu, 'unknown');
      for (const method of Object.keys(operations)) {
        const json = { ...shown, 'content-type': 'application/json' };
        const body = JSON.stringify({ source: 'loki', credentials: { token: `${MARK}-body` }, token: `${MARK}-body` });
        const init = method === 'get' ? { headers: shown } : { method: method.toUpperCase(), headers: json, body };
        await ask(url, init);
        await ask(url, { ...init, headers: { ...json, 'x-signing-secret': `${MARK}-wrong` } });
      }
    }
    for (const source of STORES) {
      const pulled = await ask(`${rest}/clusters?source=${source}`, { headers: shown });
      expect([source, pulled.status < 400]).toEqual([source, false]);
    }
    expect(store.credentials().filter(hasMark).length).toBeGreaterThan(0);
    const standing = await ask(`${rest}/status`, { headers: shown });
    for (const source of STORES) expect(standing.body).toContain(`source/${source}`);
    const authorization = `Bearer ${MARK}-wrong`;
    const refused = await ask(`${otlp_http}/v1/logs`, { method: 'POST', headers: { authorization }, body: '{}' });
    expect(refused.status).toBe(401);
    const unknown = await ask(`${rest}/nowhere`, { headers: { authorization, cookie: `${MARK}-cookie` } });
    expect(unknown.status).toBe(401);
    expect((await ask(`${rest}/metrics`, { headers: shown })).status).toBe(200);
    expect(await halfspace.stop()).toBe(0);
  } finally {
    await halfspace.kill();
  }
  const files = await everyFile(dataDir);
  expect(files.length).toBeGreaterThan(0);
  expect([...answers, ...halfspace.logs.map((log) => JSON.stringify(log)), ...files].filter(hasMark)).toStrictEqual([]);
}, 120_000);

test('S4: a start that fails says which setting is wrong without its secret', async () => {
  const planted = {
    ...plantedSettings('http://127.0.0.1:9'),
    OTLP_BEARER_TOKENS: `${MARK} with spaces`,
    SIGNING_SECRET: `${MARK}\u0001`,
  };
  const { code, stdout, stderr } = await runHalfspace(planted);
  expect(code).toBe(2);
  expect(stdout + stderr).toContain('SIGNING_SECRET');
  expect(stdout + stderr).not.toContain(MARK);
}, 60_000);

/** A store that takes no credentials, and remembers which it was shown. */
async function refusingStore(): Promise<{ address: string; credentials(): string[] }> {
  const shown: string[] = [];
  const server = createServer((request, response) => {
    shown.push(JSON.stringify(request.headers));
    response.writeHead(403).end('no entry');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the store has no port');
  return { address: `http://127.0.0.1:${address.port}`, credentials: () => shown };
}

/** A value of its own for each setting that holds a secret, several where a list is taken, and what they need beside. */
function plantedSettings(address: string): Record<string, string> {
  const values: Record<string, string> = {};
  let count = 0;
  for (const [name, schema] of settingEntries()) {
    if (schema.secret !== true) continue;
    const many = schema.items === undefined ? 1 : 5;
    values[name] = Array.from({ length: many }, () => `${MARK}-${++count}`).join(',');
  }
  for (const { variable, secret, schema } of [...SOURCE_SETTINGS.values()].flat()) {
    if (secret === true) values[variable] = `${MARK}-${++count}`;
    else if (schema.allowed?.startsWith('an address') === true) values[variable] = address;
  }
  expect(count).toBeGreaterThanOrEqual(CANARIES_MIN);
  return values;
}

async function firstOf(response: Response): Promise<string> {
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

async function everyFile(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
}

function hasMark(text: string): boolean {
  return text.includes(MARK);
}
