import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openStream } from '../serve/sse-client.ts';
import { allAnomalies, bytesOf, fingerprintOfLine, newDataFolder, watchTemplate } from './data-folder.ts';
import { runHalfspace, startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender, messages } from './otlp-client.ts';

const TIMEOUT_MS = 60_000;
const WATCHED = fingerprintOfLine('shop', 'part 1 broke');

async function start(env: Record<string, string>): Promise<RunningHalfspace> {
  const halfspace = await startHalfspace(env);
  onTestFinished(() => halfspace.kill());
  return halfspace;
}

async function send(halfspace: RunningHalfspace, lines: string[], severityNumber?: number): Promise<void> {
  const logs = { service: 'shop', messages: lines, ...(severityNumber === undefined ? {} : { severityNumber }) };
  expect(await grpcSender(halfspace).send(encodeLogs(logs))).toMatchObject({ isOk: true });
}

const USUAL = messages(600, (i) => [`order ${i} paid`, `mail to u${i}@example.com sent`, `disk ${i}% full`][i % 3]!);

interface Status {
  services: { service: string; lines: number; learning: boolean; templates: number }[];
}

test(
  'a restart goes on: models, ids, anomalies, incidents, feedback, positions of streams',
  { timeout: TIMEOUT_MS },
  async () => {
    const env = { DATA_DIR: newDataFolder() };
    const first = await start(env);
    await send(first, USUAL);
    await watchTemplate(first, WATCHED);
    await send(
      first,
      messages(4, (i) => `part ${i} broke`),
      ERROR,
    );
    const before = {
      status: (await first.get('/detector/status')) as Status,
      anomalies: await allAnomalies(first),
      incidents: await first.get('/incidents'),
      feedback: await first.get('/feedback'),
      template: await first.get(`/templates/${WATCHED}`),
    };
    expect(before.anomalies.length).toBeGreaterThanOrEqual(4);
    expect(await first.stop()).toBe(0);

    const second = await start(env);
    expect(second.logs).toContainEqual(expect.objectContaining({ msg: 'models go on where they were', models: 1 }));
    const after = {
      status: (await second.get('/detector/status')) as Status,
      anomalies: await allAnomalies(second),
      incidents: await second.get('/incidents'),
      feedback: await second.get('/feedback'),
      template: await second.get(`/templates/${WATCHED}`),
    };
    expect(after).toEqual(before);
    expect(after.status.services[0]).toMatchObject({ learning: false, lines: 604 });
    expect(await second.get('/ready')).toEqual({ ready: true });

    const seen = before.anomalies[1]!;
    const stream = await openStream(`${second.addresses.rest}/anomalies/stream`, { 'last-event-id': String(seen.id) });
    onTestFinished(() => stream.close());
    await send(second, ['part 77 broke'], ERROR);
    for (const { id, message } of before.anomalies.slice(2)) {
      const event = await stream.nextEvent();
      expect([event?.id, event?.data['message']]).toEqual([String(id), message]);
    }
    const next = await stream.nextEvent();
    expect(next?.data).toMatchObject({
      id: before.anomalies.at(-1)!.id + 1,
      message: 'part 77 broke',
      fingerprint: WATCHED,
    });
  },
);

test(
  'models that were learnt under other settings start anew, and the log says why',
  { timeout: TIMEOUT_MS },
  async () => {
    const env = { DATA_DIR: newDataFolder() };
    const first = await start(env);
    await send(first, USUAL);
    await first.stop();
    const second = await start({ ...env, MINER_PROFILE: 'drain3', FILE_ROOT: '/tmp' });
    const warnings = second.logs.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
    expect(warnings).toEqual([
      expect.stringMatching(/^models start anew: .*MINER_PROFILE=default.*MINER_PROFILE=drain3/),
    ]);
    expect(await second.get('/detector/status')).toMatchObject({ trained: false });
    await second.stop();
  },
);

interface Live {
  retrained_at: string | null;
  log_count: number;
}

test('the live clusters are there after a restart, and after kill -9', { timeout: TIMEOUT_MS }, async () => {
  const env = { DATA_DIR: newDataFolder(), RETRAIN_INTERVAL_SECONDS: '1' };
  const first = await start(env);
  await send(first, USUAL);
  const clusters = async (of: RunningHalfspace) => (await of.get('/clusters/live')) as Live;
  await expect.poll(() => clusters(first), { timeout: 20_000 }).toMatchObject({ log_count: USUAL.length });
  await first.stop();

  const patient = { ...env, RETRAIN_INTERVAL_SECONDS: '86400' };
  const second = await start(patient);
  await expect.poll(async () => (await clusters(second)).retrained_at, { timeout: 20_000 }).not.toBeNull();
  const restored = await clusters(second);
  expect(restored.log_count).toBe(USUAL.length);
  expect(await second.metric('halfspace_last_retrain_timestamp_seconds')).toBe(
    Date.parse(restored.retrained_at!) / 1000,
  );
  await second.kill();

  // Runs over a buffer that has got nothing yet do not take the place of what was.
  const third = await start(env);
  await expect.poll(() => clusters(third), { timeout: 20_000 }).toEqual(restored);
  await expect.poll(() => third.metric('halfspace_retrainings_total'), { timeout: 20_000 }).toBeGreaterThan(1);
  expect(await clusters(third)).toEqual(restored);
  // Nor does one over a tenth of the lines; over half of them it does.
  await send(third, USUAL.slice(0, 60));
  const runs = await third.metric('halfspace_retrainings_total');
  await expect.poll(() => third.metric('halfspace_retrainings_total'), { timeout: 20_000 }).toBeGreaterThan(runs + 1);
  expect(await clusters(third)).toEqual(restored);
  await send(third, USUAL.slice(0, 240));
  await expect.poll(() => clusters(third), { timeout: 20_000 }).toMatchObject({ log_count: 300 });
  expect(await third.get('/ready')).toEqual({ ready: true });
  await third.stop();
});

test('what tenants have taught is known after kill -9, and is wiped alone', { timeout: TIMEOUT_MS }, async () => {
  const env = { DATA_DIR: newDataFolder(), SNAPSHOT_INTERVAL_SECONDS: '1' };
  const file = join(newDataFolder(), 'usual.log');
  writeFileSync(file, USUAL.map((line) => `${line}\n`).join(''));
  const post = async (to: RunningHalfspace, path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const json = body === undefined ? {} : { headers, body: JSON.stringify(body) };
    return (await fetch(`${to.addresses.rest}${path}`, { method: 'POST', ...json })).status;
  };
  const known = async (of: RunningHalfspace) =>
    Promise.all(['', '?tenant=acme', '?tenant=other'].map((whose) => of.get(`/detector/status${whose}`)));
  const first = await start(env);
  await send(first, USUAL);
  for (const tenant of ['acme', 'other']) {
    const window = { source: 'file', credentials: { path: file, service: 'shop' }, tenant };
    expect(await post(first, '/clusters/train', window)).toBe(200);
  }
  const taught = await known(first);
  expect(taught).toMatchObject(Array.from({ length: 3 }, () => ({ trained: true, line_count: USUAL.length })));
  await expect.poll(() => modelsIn(env.DATA_DIR), { timeout: 20_000 }).toBe(3);
  await first.kill();

  const second = await start(env);
  expect(await known(second)).toEqual(taught);
  expect(await post(second, '/detector/reset?tenant=acme')).toBe(200);
  await second.kill();
  const third = await start(env);
  expect(await known(third)).toEqual([taught[0], expect.objectContaining({ trained: false }), taught[2]]);
  expect(await post(third, '/detector/reset')).toBe(200);
  await third.kill();
  const last = await start(env);
  expect(await known(last)).toMatchObject([{ trained: false }, { trained: false }, taught[2]]);
});

/** Snapshots in the folder. */
function modelsIn(folder: string): unknown {
  const database = new DatabaseSync(join(folder, 'models.db'), { readOnly: true });
  try {
    const count = 'SELECT (SELECT count(*) FROM model) + (SELECT count(*) FROM other_model) AS models';
    return database.prepare(count).get()?.['models'];
  } finally {
    database.close();
  }
}

test('models that were wiped stay wiped', { timeout: TIMEOUT_MS }, async () => {
  const env = { DATA_DIR: newDataFolder(), SNAPSHOT_INTERVAL_SECONDS: '1' };
  const first = await start(env);
  await send(first, USUAL);
  await expect.poll(() => first.metric('halfspace_store_commits_total'), { timeout: 20_000 }).toBeGreaterThan(0);
  expect((await fetch(`${first.addresses.rest}/detector/reset`, { method: 'POST' })).status).toBe(200);
  await first.stop();
  const second = await start(env);
  expect(await second.get('/detector/status')).toMatchObject({ trained: false });
  await second.stop();
});

test('a second process refuses the folder, and the first goes on', { timeout: TIMEOUT_MS }, async () => {
  const env = { DATA_DIR: newDataFolder() };
  const first = await start(env);
  const { code, stderr } = await runHalfspace(env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/DATA_DIR .* is in use by another Halfspace; give each one a folder of its own/);
  await send(first, USUAL);
  expect(await first.stop()).toBe(0);
});

test('no credential is in the folder', { timeout: TIMEOUT_MS }, async () => {
  const secrets = [
    'canary-signing-7f3a',
    'canary-bearer-91cc',
    'canary-env-5d20',
    'canary-set-e48b',
    'canary-call-0b6e',
  ];
  const [signing, bearer, ofEnvironment, set, ofCall] = secrets as [string, string, string, string, string];
  const folder = newDataFolder();
  const halfspace = await start({
    DATA_DIR: folder,
    SIGNING_SECRET: signing,
    OTLP_BEARER_TOKENS: bearer,
    LOKI_URL: 'http://127.0.0.1:1',
    LOKI_API_KEY: ofEnvironment,
    SOURCE_TIMEOUT_SECONDS: '1',
  });
  const call = async (path: string, body: unknown) =>
    fetch(`${halfspace.addresses.rest}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-signing-secret': signing },
      body: JSON.stringify(body),
    });
  expect((await call('/credentials', { source: 'loki', credentials: { api_key: set } })).status).toBe(200);
  await call('/clusters', {
    source: 'loki',
    window: '1h',
    credentials: { url: 'http://127.0.0.1:1', api_key: ofCall },
  });
  await call('/feedback', { fingerprint: WATCHED, mark: 'watch' });
  const sender = grpcSender(halfspace);
  for (const service of ['shop', 'bills']) {
    const request = encodeLogs({ service, messages: [...USUAL, 'part 1 broke'] });
    expect(await sender.send(request, { authorization: `Bearer ${bearer}` })).toMatchObject({ isOk: true });
  }
  await halfspace.stop();
  const kept = bytesOf(folder);
  expect(kept.includes('part 1 broke'), 'what is told is there').toBe(true);
  expect(secrets.filter((secret) => kept.includes(secret))).toEqual([]);
});
