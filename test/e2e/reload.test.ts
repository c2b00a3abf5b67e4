import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { credentials } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { selfSigned, temporaryFolder } from '../receive/certificates.ts';
import type { Certificate } from '../receive/certificates.ts';
import { call, connectClient } from '../receive/grpc-harness.ts';
import { startReceiver } from '../sinks/loopback.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender, httpSender, messages, portOf } from './otlp-client.ts';

const TIMEOUT_MS = 60_000;
const LINES = encodeLogs({ service: 'shop', messages: ['order 1 paid'] });
const PROTOBUF = { 'content-type': 'application/x-protobuf' };

async function start(env: Record<string, string>, cwd?: string): Promise<RunningHalfspace> {
  const halfspace = await startHalfspace(env, cwd === undefined ? {} : { cwd });
  onTestFinished(() => halfspace.kill());
  return halfspace;
}

/** Has the settings read again, and waits until that is told. */
async function reload(halfspace: RunningHalfspace): Promise<Record<string, unknown>> {
  const from = halfspace.logs.length;
  const told = () => halfspace.logs.slice(from).find(({ msg }) => /settings (were|could)/.test(String(msg)));
  halfspace.signal('SIGHUP');
  await expect.poll(told, { timeout: 20_000, interval: 10 }).toBeDefined();
  return told()!;
}

/** Of an answer over a connection of its own. */
function statusOf(url: string, options: RequestOptions, body?: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Serial number of the certificate that a new connection gets. */
function serialAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] },
      () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

test(
  'S23: certificates rotate under load: no handshake and no request fails, and new connections get the new one on every port',
  { timeout: TIMEOUT_MS },
  async () => {
    const folder = temporaryFolder();
    const pair = [selfSigned(folder, 'odd'), selfSigned(folder, 'even')] as const;
    const ca = pair.map(({ certFile }) => readFileSync(certFile));
    const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    const put = (one: Certificate) => {
      for (const [from, to] of [
        [one.keyFile, keyFile],
        [one.certFile, certFile],
      ] as const) {
        copyFileSync(from, `${to}.new`);
        renameSync(`${to}.new`, to);
      }
    };
    put(pair[0]);
    const halfspace = await start({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile });
    const { otlp_http: http, otlp_grpc: grpc, rest, watch } = halfspace.addresses;
    const channel = credentials.createSsl(Buffer.concat(ca));
    const named = { 'grpc.ssl_target_name_override': 'localhost' };
    const lasting = connectClient(portOf(grpc), channel, named);
    const over = new AbortController();
    onTestFinished(() => over.abort());
    const counts = { sent: 0, failed: [] as unknown[] };
    const keepUp = async (send: () => Promise<unknown>) => {
      while (!over.signal.aborted) {
        const answer = await send().catch((error: unknown) => error);
        if (answer === 200 || answer === 0) counts.sent++;
        else {
          counts.failed.push(answer);
          return;
        }
      }
    };
    const load = [
      keepUp(() => statusOf(http, { method: 'POST', headers: PROTOBUF, ca }, LINES)),
      keepUp(() => statusOf(`${rest}/health`, { ca })),
      keepUp(async () => (await call(lasting, LINES)).code),
      keepUp(async () => {
        const fresh = connectClient(portOf(grpc), channel, { ...named, 'grpc.use_local_subchannel_pool': 1 });
        const { code } = await call(fresh, LINES);
        fresh.close();
        return code;
      }),
    ];
    for (let turn = 1; turn <= 6; turn++) {
      const before = counts.sent;
      put(pair[turn % 2]!);
      expect(await reload(halfspace)).toMatchObject({ taken: ['certificate'] });
      await expect.poll(() => counts.sent, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    }
    put(pair[1]);
    await reload(halfspace);
    const serials = await Promise.all([grpc, http, rest, watch].map((address) => serialAt(portOf(address))));
    over.abort();
    await Promise.all(load);
    expect(counts.failed).toEqual([]);
    expect(new Set(serials).size).toBe(1);
    expect(serials[0]).toBe(await serialOf(pair[1]));
  },
);

async function serialOf({ certFile }: Certificate): Promise<string> {
  const { X509Certificate } = await import('node:crypto');
  return new X509Certificate(readFileSync(certFile)).serialNumber;
}

test('a certificate that cannot be used leaves the one before, and it is told', { timeout: TIMEOUT_MS }, async () => {
  const folder = temporaryFolder();
  const own = selfSigned(folder, 'own');
  const halfspace = await start({ TLS_CERT_FILE: own.certFile, TLS_KEY_FILE: own.keyFile });
  const { rest } = halfspace.addresses;
  const before = await serialAt(portOf(rest));
  const ca = readFileSync(own.certFile);
  writeFileSync(own.certFile, 'half');
  await reload(halfspace);
  expect(await serialAt(portOf(rest))).toBe(before);
  const errors = halfspace.logs.filter(({ level }) => level === 'error').map(({ msg }) => msg);
  expect(errors).toEqual([
    expect.stringMatching(/^the certificate was not renewed, the one before stays: TLS_CERT_FILE names /),
  ]);
  const status = await textOf(`${rest}/status`, { ca });
  expect(status).toMatch(/"name":"certificate","state":"degraded"/);
  const metrics = await textOf(`${rest}/metrics`, { ca });
  expect(metrics).toMatch(/^halfspace_tls_certificate_expiry_timestamp_seconds \d/m);
  expect(metrics).toMatch(/^halfspace_tls_certificate_files_ok 0$/m);
});

function textOf(url: string, options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false, ...options }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

test('tokens and the secret stand in files, and rotate', { timeout: TIMEOUT_MS }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [tokens, secret] = [join(folder, 'tokens'), join(folder, 'secret')];
  writeFileSync(tokens, 'token-one\ntoken-two\n');
  writeFileSync(secret, 'secret-one\n');
  const halfspace = await start({ OTLP_BEARER_TOKENS_FILE: tokens, SIGNING_SECRET_FILE: secret });
  const asks = async (given: string) =>
    (await fetch(`${halfspace.addresses.rest}/sources`, { headers: { 'x-signing-secret': given } })).status;
  const sends = async (sender: ReturnType<typeof grpcSender>, token: string) =>
    (await sender.send(LINES, { authorization: `Bearer ${token}` })).isOk;
  const senders = [grpcSender(halfspace), httpSender(halfspace)];
  for (const sender of senders) expect(await sends(sender, 'token-two')).toBe(true);
  expect([await asks('secret-one'), await asks('secret-two')]).toEqual([200, 401]);
  writeFileSync(tokens, 'token-two,token-three');
  writeFileSync(secret, 'secret-two');
  expect(await reload(halfspace)).toMatchObject({ taken: ['OTLP_BEARER_TOKENS', 'SIGNING_SECRET'] });
  for (const sender of senders) {
    expect([await sends(sender, 'token-one'), await sends(sender, 'token-three')]).toEqual([false, true]);
  }
  expect([await asks('secret-one'), await asks('secret-two')]).toEqual([401, 200]);
  rmSync(secret);
  expect(await reload(halfspace)).toMatchObject({
    level: 'error',
    msg: expect.stringMatching(
      /all stays as it was: SIGNING_SECRET_FILE names .* which cannot be read \(ENOENT\)/,
    ) as string,
  });
  expect(await asks('secret-two')).toBe(200);
  expect(JSON.stringify(halfspace.logs)).not.toMatch(/token-(one|two|three)|secret-(one|two)/);
});

test(
  'the alerts file and .env are read again: new sinks get alerts, old ones go on, a broken file changes nothing',
  { timeout: TIMEOUT_MS },
  async () => {
    await using first = await startReceiver(() => ({ status: 200 }));
    await using second = await startReceiver(() => ({ status: 200 }));
    const folder = mkdtempSync(join(tmpdir(), 'halfspace-alerts-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'alerts.yaml');
    const hook = (name: string, url: string) => `  ${name}: { type: webhook, url: "${url}/${name}" }\n`;
    writeFileSync(file, `sinks:\n${hook('one', first.url)}`);
    const halfspace = await start({ ALERTS_FILE: file, DETECTOR_PROFILE: 'reference' }, folder);
    const burst = (service: string) =>
      grpcSender(halfspace).send(
        encodeLogs({ service, messages: messages(20, (i) => `connection ${i} refused`), severityNumber: ERROR }),
      );
    await burst('payments');
    await first.until(1);
    writeFileSync(file, `sinks:\n${hook('one', first.url)}${hook('two', second.url)}`);
    writeFileSync(join(folder, '.env'), 'LOG_LEVEL=debug\nMAX_ROWS=1234\n');
    expect(await reload(halfspace)).toMatchObject({ taken: ['LOG_LEVEL', 'alerts file'] });
    expect(halfspace.logs).toContainEqual(expect.objectContaining({ level: 'warn', settings: ['MAX_ROWS'] }));
    await burst('search');
    await second.until(1);
    expect(second.received[0]!.body).toContain('"search"');
    writeFileSync(file, 'sinks: { three: { type: pigeon } }');
    expect(await reload(halfspace)).toMatchObject({
      level: 'error',
      msg: expect.stringContaining('alerts.yaml:1:') as string,
    });
    const before = second.received.length;
    await burst('cart');
    await second.until(before + 1);
    expect(await halfspace.get('/sinks')).toMatchObject({ sinks: [{ name: 'one' }, { name: 'two' }] });
  },
);
