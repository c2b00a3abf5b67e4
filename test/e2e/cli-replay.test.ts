import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadLogsService } from '../../src/receive/otlp-grpc-definitions.ts';
import { encodeRpcStatus } from '../../src/receive/rpc-status.ts';
import { startHalfspace } from './halfspace.ts';
import { openTerminal, runCli } from './run-cli.ts';

/** Within what the buffer keeps. */
const START_MS = Date.now() - 7_200_000;
const LINES = 2500;

/** A receiver that answers its calls with these, one after the other, and takes all further ones. */
async function receiver(answers: object[]): Promise<{ port: number; calls: Metadata[] }> {
  const calls: Metadata[] = [];
  const server = new Server();
  server.addService(loadLogsService(), {
    Export({ metadata }: { metadata: Metadata }, respond: (error: object | null, response?: object) => void) {
      const answer = answers[calls.push(metadata) - 1];
      if (answer !== undefined && 'code' in answer) respond(answer);
      else respond(null, answer ?? {});
    },
  });
  onTestFinished(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, calls };
}

function refusal(code: status, retryAfterSeconds?: number): object {
  const metadata = new Metadata();
  const details = { code, message: 'later', ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  metadata.set('grpc-status-details-bin', Buffer.from(encodeRpcStatus(details)));
  return { code, details: 'later', metadata };
}

describe('halfspace replay', { timeout: 60_000 }, () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'halfspace-replay-'));
    const line = (i: number, everyMs: number) =>
      `{"time":"${new Date(START_MS + i * everyMs).toISOString()}","service":"s${i % 3}","level":"warn","msg":"step ${i}"}\n`;
    writeFileSync(file('rows.gz'), gzipSync(Array.from({ length: LINES }, (_, i) => line(i, 100)).join('')));
    writeFileSync(file('slow'), Array.from({ length: 4 }, (_, i) => line(i, 500)).join(''));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('sends each line once to a running service, which learns its time, level and service', async () => {
    const halfspace = await startHalfspace({ SIGNING_SECRET: 'open sesame', OTLP_BEARER_TOKENS: 'abc' });
    onTestFinished(() => halfspace.kill());
    const to = halfspace.addresses.otlp_grpc;
    const env = { SIGNING_SECRET: 'open sesame' };
    const sent = await runCli(['replay', file('rows.gz'), '--to', to, '--speed', 'max'], env);
    expect([sent.code, sent.stderr]).toEqual([0, '']);
    expect(sent.stdout).toMatch(/^2,500 lines sent in 3 requests, 0 rejected, 0 dropped, 0 retried, \d+\.\d s\n$/);
    const headers = { 'x-signing-secret': 'open sesame' };
    const get = async (path: string) => (await fetch(`${halfspace.addresses.rest}${path}`, { headers })).json();
    const end = new Date(START_MS + LINES * 100).toISOString();
    const window = `/clusters?start=${new Date(START_MS).toISOString()}&end=${end}`;
    expect(await get('/detector/status')).toMatchObject({ line_count: LINES, service_count: 3 });
    expect(await get(window)).toMatchObject({
      log_count: LINES,
      clusters: expect.arrayContaining([expect.objectContaining({ service: 's1', levels: { warn: 833 } })]),
    });
    const restamped = await runCli(['replay', file('slow'), '--to', to, '--restamp', '--speed', 'max'], env);
    expect(restamped.stdout).toMatch(/^4 lines sent in 1 request,/);
    expect(await get('/clusters?window=1h')).toMatchObject({ log_count: 4 });
    const refused = await runCli(['replay', file('slow'), '--to', to], {});
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/wants a secret: set SIGNING_SECRET or /);
  });

  test('at the original speed takes as long as the rows did, and at another less', async () => {
    const { port, calls } = await receiver([]);
    const began = performance.now();
    const { stdout } = await runCli(['replay', file('slow'), '--to', `127.0.0.1:${port}`]);
    expect(stdout).toMatch(/^4 lines sent in 4 requests/);
    expect(performance.now() - began).toBeGreaterThan(1500);
    expect(calls).toHaveLength(4);
    const fast = await runCli(['replay', file('slow'), '--to', `127.0.0.1:${port}`, '--speed', '100']);
    expect(fast.stdout).toMatch(/^4 lines sent in 1 request,/);
  });

  test('tries again what may be, and counts what was refused for good', async () => {
    const { port, calls } = await receiver([
      refusal(status.UNAVAILABLE, 0.05),
      refusal(status.RESOURCE_EXHAUSTED, 0.05),
      { partialSuccess: { rejectedLogRecords: '7', errorMessage: 'seven are too old' } },
      refusal(status.INVALID_ARGUMENT),
    ]);
    const to = `http://127.0.0.1:${port}`;
    const { code, stdout, stderr } = await runCli(['replay', file('rows.gz'), '--to', to, '--speed', 'max'], {
      OTLP_BEARER_TOKENS: 'abc',
    });
    expect(stdout).toMatch(/^1,493 lines sent in 3 requests, 7 rejected, 1,000 dropped, 2 retried, /);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/is asked again: UNAVAILABLE: later$/),
      expect.stringMatching(/is asked again: RESOURCE_EXHAUSTED: later$/),
      expect.stringMatching(/says: seven are too old$/),
      expect.stringMatching(/refuses 1000 lines for good: INVALID_ARGUMENT: later$/),
    ]);
    expect(calls).toHaveLength(5);
    expect(calls[0]!.get('authorization')).toEqual(['Bearer abc']);
  });

  test('says what is wrong with the file, as other commands do', async () => {
    writeFileSync(file('mixed'), '{"msg":"one"}\n{"msg":\n{"msg":"two"}\n');
    writeFileSync(file('empty'), '');
    const { port } = await receiver([]);
    const mixed = await runCli(['replay', file('mixed'), '--to', `127.0.0.1:${port}`, '--speed', 'max']);
    expect(mixed.stdout).toMatch(/^2 lines sent/);
    expect(mixed.stderr).toMatch(/1 line is not JSON and was skipped: it is line 2: /);
    expect(mixed.stderr).toMatch(/no row says its time/);
    expect(mixed.stderr).not.toContain('--speed');
    const paced = await runCli(['replay', file('mixed'), '--to', `127.0.0.1:${port}`]);
    expect(paced.stderr).toMatch(/mixed: --speed has no effect: all is sent at once\n$/);
    const empty = await runCli(['replay', file('empty'), '--to', 'localhost:1']);
    expect([empty.code, empty.stderr]).toEqual([0, `${file('empty')} has no rows\n`]);
  });

  test('waits for a receiver that is not there, until Ctrl-C, and has said before what speed cannot do', async () => {
    writeFileSync(file('untimed'), '{"msg":"one"}\n{"msg":"two"}\n');
    const shell = openTerminal(['replay', file('untimed'), '--to', '127.0.0.1:1']);
    await shell.until(/--speed has no effect: all is sent at once[^]*nothing listens at 127\.0\.0\.1:1/);
    await shell.until(/nothing listens at 127\.0\.0\.1:1; trying again/);
    shell.type('\u0003');
    expect(await shell.ended).toBe(130);
  });

  const refused: [string[], number, RegExp][] = [
    [['x'], 2, /^required option '--to <receiver>' not specified/],
    [['x', '--to', 'a b'], 2, /^--to "a b" is not a receiver such as localhost:4317/],
    [['x', '--to', 'localhost:4317', '--speed', 'fast'], 2, /^--speed "fast" is neither a number above 0 nor max/],
    [['/no/such', '--to', 'localhost:4317'], 1, /^cannot read \/no\/such: there is no such file/],
    [['x', '--to', 'https://localhost:4317', '--ca', '/no/ca'], 1, /^the certificate cannot be read: /],
  ];
  test.each(refused)('%j ends with %i', async (args, exit, sentence) => {
    const { code, stderr } = await runCli(['replay', ...args]);
    expect(code).toBe(exit);
    expect(stderr).toMatch(sentence);
  });
});
