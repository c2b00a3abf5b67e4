import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import type { RequestOptions } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { credentials, makeClientConstructor } from '@grpc/grpc-js';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { loadAlertService } from '../../src/watch/watch-definitions.ts';
import { selfSigned, signedBy, temporaryFolder } from '../receive/certificates.ts';
import type { Certificate } from '../receive/certificates.ts';
import { call, connectClient } from '../receive/grpc-harness.ts';
import { spawnHalfspace, startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, messages, portOf } from './otlp-client.ts';

const TIMEOUT_MS = 120_000;
/** Files are looked at every ten seconds. */
const LOOK = { timeout: 30_000, interval: 50 };
const LINES = encodeLogs({ service: 'shop', messages: ['order 1 paid'] });
const NAMED = { 'grpc.ssl_target_name_override': 'localhost', 'grpc.use_local_subchannel_pool': 1 };
const WatchClient = makeClientConstructor(loadAlertService(), 'AlertService');

async function start(env: Record<string, string>): Promise<RunningHalfspace> {
  const halfspace = await startHalfspace(env);
  onTestFinished(() => halfspace.kill());
  return halfspace;
}

/** A volume as the kubelet mounts a Secret: names that lead by way of one link, which is swapped for a new folder. */
function mountedSecret(folder: string): { put(files: Record<string, string>): void; path(name: string): string } {
  let version = 0;
  return {
    path: (name) => join(folder, name),
    put(files) {
      const before = `..v${version}`;
      const now = `..v${++version}`;
      mkdirSync(join(folder, now));
      for (const [name, from] of Object.entries(files)) {
        copyFileSync(from, join(folder, now, name));
        if (version === 1) symlinkSync(join('..data', name), join(folder, name));
      }
      symlinkSync(now, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
      if (version > 1) rmSync(join(folder, before), { recursive: true });
    },
  };
}

/** Of the certificate that a new connection gets, whatever it asks for. */
function fingerprintAt(address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port: portOf(address),
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

function statusOf(url: string, options: RequestOptions, body?: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject).end(body);
  });
}

test(
  'S23: a Secret that Kubernetes swaps is found without a signal: under load no handshake and no request fails, streams go on',
  { timeout: TIMEOUT_MS },
  async () => {
    const folder = temporaryFolder();
    const [first, second] = [selfSigned(folder, 'first'), selfSigned(folder, 'second')];
    mkdirSync(join(folder, 'mount'));
    const mount = mountedSecret(join(folder, 'mount'));
    const put = ({ certFile, keyFile }: Certificate) => mount.put({ 'tls.crt': certFile, 'tls.key': keyFile });
    put(first);
    const halfspace = await start({ TLS_CERT_FILE: mount.path('tls.crt'), TLS_KEY_FILE: mount.path('tls.key') });
    const { otlp_grpc: grpc, otlp_http: http, rest, watch } = halfspace.addresses;
    const all = [grpc, http, rest, watch];
    const ca = [first, second].map(({ certFile }) => readFileSync(certFile));
    const channel = credentials.createSsl(Buffer.concat(ca));

    // Begun under the first certificate, and still there under the second.
    const lasting = connectClient(portOf(grpc), channel, NAMED);
    const lastingHttp2 = connectHttp2(new URL(http).origin, { ca });
    onTestFinished(() => lastingHttp2.destroy());
    const watched: string[] = [];
    const watcher = new WatchClient(`127.0.0.1:${portOf(watch)}`, channel, NAMED);
    const watching = (watcher['Watch'] as (...args: unknown[]) => ClientReadableStream<{ event: string }>)({});
    watching.on('data', ({ event }) => watched.push(event)).on('error', () => watched.push('broken'));
    onTestFinished(() => watcher.close());
    let told = '';
    const reading = request(`${rest}/anomalies/stream`, { ca, agent: false }, (answer) => {
      answer.setEncoding('utf8').on('data', (text: string) => (told += text));
      answer.on('close', () => (told += 'broken'));
    });
    reading.on('error', () => (told += 'broken')).end();
    onTestFinished(() => void reading.destroy());
    await expect.poll(() => halfspaceReaders(rest, ca), LOOK).toEqual([1, 1]);

    const counts = { isOver: false, sent: 0, failed: [] as unknown[] };
    const keepUp = async (send: () => Promise<unknown>) => {
      while (!counts.isOver) {
        const answer = await send().catch((error: unknown) => error);
        if (answer === 200 || answer === 0) counts.sent++;
        else counts.failed.push(answer);
      }
    };
    const headers = { 'content-type': 'application/x-protobuf' };
    const load = [
      keepUp(() => statusOf(http, { method: 'POST', headers, ca }, LINES)),
      keepUp(() => statusOf(`${rest}/health`, { ca })),
      keepUp(() => statusOver(lastingHttp2, new URL(http).pathname)),
      keepUp(async () => (await call(lasting, LINES)).code),
      keepUp(async () => {
        const fresh = connectClient(portOf(grpc), channel, NAMED);
        const { code } = await call(fresh, LINES);
        fresh.close();
        return code;
      }),
    ];
    const before = await Promise.all(all.map(fingerprintAt));
    expect(new Set(before).size).toBe(1);
    put(second);
    await expect.poll(async () => (await Promise.all(all.map(fingerprintAt))).includes(before[0]!), LOOK).toBe(false);
    const sentBefore = counts.sent;
    await expect.poll(() => counts.sent, LOOK).toBeGreaterThan(sentBefore + 100);
    counts.isOver = true;
    await Promise.all(load);
    console.log(
      `rotation under load: ${counts.sent} requests over 5 kinds of connections, ${counts.failed.length} failed`,
    );
    expect(counts.failed).toEqual([]);
    expect(halfspace.logs.map(({ msg }) => msg)).toContain('the certificate was renewed');

    const usual = encodeLogs({ service: 'cart', messages: messages(300, (i) => `item ${i} added`) });
    expect((await call(lasting, usual)).code).toBe(0);
    await call(lasting, encodeLogs({ service: 'cart', messages: ['disk is on fire'], severityNumber: ERROR }));
    await expect.poll(() => told, LOOK).toContain('disk is on fire');
    await expect.poll(() => watched, LOOK).toContain('anomaly');
    expect([told.includes('broken'), watched.includes('broken')]).toEqual([false, false]);
  },
);

/** Readers of the streams, over HTTP and over gRPC. */
async function halfspaceReaders(rest: string, ca: Buffer[]): Promise<number[]> {
  const page = await new Promise<string>((resolve, reject) => {
    request(`${rest}/metrics`, { ca, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
  return ['stream_subscribers', 'watchers'].map((name) =>
    Number(new RegExp(`^halfspace_${name} (\\d+)`, 'm').exec(page)?.[1] ?? -1),
  );
}

function statusOver(session: ReturnType<typeof connectHttp2>, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/x-protobuf' });
    let status = 0;
    sent.on('response', (answered) => (status = Number(answered[':status'])));
    sent
      .on('error', reject)
      .resume()
      .on('end', () => resolve(status));
    sent.end(LINES);
  });
}

test(
  'S23: a CA that is taken away lets in nobody any more, nor who resumes a session; the new one does',
  { timeout: TIMEOUT_MS },
  async () => {
    const folder = temporaryFolder();
    const [server, oldCa, newCa] = ['server', 'old-ca', 'new-ca'].map((name) => selfSigned(folder, name)) as [
      Certificate,
      Certificate,
      Certificate,
    ];
    const [before, after] = [signedBy(oldCa, folder, 'before'), signedBy(newCa, folder, 'after')];
    const ca = join(folder, 'ca.crt');
    copyFileSync(oldCa.certFile, ca);
    const halfspace = await start({
      TLS_CERT_FILE: server.certFile,
      TLS_KEY_FILE: server.keyFile,
      TLS_CLIENT_CA_FILE: ca,
      TLS_API_CLIENT_CA_FILE: ca,
    });
    const { otlp_http, rest } = halfspace.addresses;
    const knock = (address: string, { certFile, keyFile }: Certificate, session?: Buffer) =>
      answerOver(address, {
        cert: readFileSync(certFile),
        key: readFileSync(keyFile),
        ...(session === undefined ? {} : { session }),
      });
    const sessions = new Map<string, Buffer>();
    for (const address of [otlp_http, rest]) {
      const { answer, session } = await knock(address, before);
      expect(answer).toMatch(/^(405|200)$/);
      expect((await knock(address, before, session)).isResumed, 'a session can be resumed').toBe(true);
      sessions.set(address, session!);
      expect((await knock(address, after)).answer).toMatch(/^(401|refused)$/);
    }
    copyFileSync(newCa.certFile, `${ca}.new`);
    renameSync(`${ca}.new`, ca);
    halfspace.signal('SIGHUP');
    await expect.poll(() => halfspace.logs.some(({ msg }) => msg === 'the certificate was renewed'), LOOK).toBe(true);
    for (const address of [otlp_http, rest]) {
      expect((await knock(address, after)).answer).toMatch(/^(405|200)$/);
      for (const session of [undefined, sessions.get(address)]) {
        const { answer, isResumed } = await knock(address, before, session);
        expect([answer, isResumed]).toEqual([expect.stringMatching(/^(401|refused)$/), false]);
      }
    }
  },
);

interface Knocked {
  /** The status, or `refused`. */
  answer: string;
  isResumed: boolean;
  session: Buffer | undefined;
}

/** One GET over a connection of its own. */
function answerOver(address: string, options: { cert: Buffer; key: Buffer; session?: Buffer }): Promise<Knocked> {
  return new Promise((resolve) => {
    const knocked: Knocked = { answer: 'refused', isResumed: false, session: undefined };
    const more = { host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] };
    const socket = connect({ port: portOf(address), ...more, ...options });
    const path = address.includes('/v1/logs') ? '/v1/logs' : '/sources';
    socket.on('session', (session: Buffer) => (knocked.session = session));
    socket.once('secureConnect', () => {
      knocked.isResumed = socket.isSessionReused();
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    });
    socket.once('data', (data: Buffer) => {
      knocked.answer = /^HTTP\/1.1 (\d+)/.exec(data.toString('latin1'))?.[1] ?? knocked.answer;
    });
    socket.on('error', () => {}).once('close', () => resolve(knocked));
  });
}

test(
  'a secret whose file changes counts without a signal, and one that cannot be read is told',
  { timeout: TIMEOUT_MS },
  async () => {
    const folder = temporaryFolder();
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    writeFileSync(one, 'secret-one');
    writeFileSync(two, 'secret-two\n');
    mkdirSync(join(folder, 'mount'));
    const mount = mountedSecret(join(folder, 'mount'));
    mount.put({ SIGNING_SECRET: one });
    const halfspace = await start({ SIGNING_SECRET_FILE: mount.path('SIGNING_SECRET') });
    const asks = async (secret: string) =>
      (await fetch(`${halfspace.addresses.rest}/sources`, { headers: { 'x-signing-secret': secret } })).status;
    expect([await asks('secret-one'), await asks('secret-two')]).toEqual([200, 401]);
    mount.put({ SIGNING_SECRET: two });
    await expect.poll(() => asks('secret-two'), { ...LOOK, interval: 1000 }).toBe(200);
    expect(await asks('secret-one')).toBe(401);
    expect(halfspace.logs.at(-1)).toMatchObject({ msg: 'settings were read again', taken: ['SIGNING_SECRET'] });
    rmSync(mount.path('SIGNING_SECRET'));
    const complaints = () => halfspace.logs.filter(({ level }) => level === 'error').map(({ msg }) => msg);
    await expect
      .poll(complaints, LOOK)
      .toEqual([
        expect.stringMatching(/^settings were not taken over, all stays as it was: SIGNING_SECRET_FILE names .*ENOENT/),
      ]);
    expect(await asks('secret-two')).toBe(200);
    const shown = async (path: string) =>
      (await fetch(`${halfspace.addresses.rest}${path}`, { headers: { 'x-signing-secret': 'secret-two' } })).text();
    expect(JSON.parse(await shown('/status'))).toMatchObject({
      parts: expect.arrayContaining([
        expect.objectContaining({
          name: 'reload',
          state: 'degraded',
          last_error: expect.stringContaining('SIGNING_SECRET_FILE') as string,
        }),
      ]) as object[],
    });
    expect(await shown('/metrics')).toMatch(/^halfspace_config_last_reload_successful 0$/m);
    // As it was before: the link into the volume.
    symlinkSync(join('..data', 'SIGNING_SECRET'), mount.path('SIGNING_SECRET'));
    await expect.poll(() => shown('/metrics'), LOOK).toMatch(/^halfspace_config_last_reload_successful 1$/m);
    expect(JSON.stringify(halfspace.logs)).not.toMatch(/secret-(one|two)/);
  },
);

test(
  'SIGHUP while the service starts does not end it, and is heeded when it has started',
  { timeout: TIMEOUT_MS },
  async () => {
    // The warning is its first word, long before it is ready.
    const child = spawnHalfspace({ HST_TRESHOLD: '0.5', SIGNING_SECRET: 'change-me' });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (said === '') child.kill('SIGHUP');
      said += text;
    });
    await expect.poll(() => said, LOOK).toContain('settings were read again');
    const order = said
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(order).toEqual([expect.stringContaining('HST_TRESHOLD'), expect.any(String), expect.any(String)]);
    expect(order.slice(1).toSorted()).toEqual(['ready', 'settings were read again']);
    expect(child.exitCode).toBe(null);
  },
);
