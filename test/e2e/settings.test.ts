import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../receive/certificates.ts';
import { runHalfspace, startHalfspace } from './halfspace.ts';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** One sentence on standard error, for a person: no stack, and nothing in the log. */
function expectOneSentence({ stdout, stderr }: { stdout: string; stderr: string }): void {
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+|Error:/);
  expect(stdout).toBe('');
}

describe('a start that cannot be', () => {
  test.each([
    ['a word for a number', { HST_THRESHOLD: 'abc' }, 'HST_THRESHOLD is "abc"; allowed: a number from 0 to 1'],
    ['a port that is none', { REST_PORT: '70000' }, 'REST_PORT is "70000"; allowed: a whole number from 0 to 65535'],
    [
      'a number below its range',
      { RETRAIN_INTERVAL_SECONDS: '0' },
      'RETRAIN_INTERVAL_SECONDS is "0"; allowed: a whole number from 1 to 86400',
    ],
    [
      'a certificate without a key',
      { TLS_CERT_FILE: '/nowhere/cert.pem' },
      'TLS_CERT_FILE is set without TLS_KEY_FILE; allowed: both, or neither',
    ],
    [
      'a certificate that is not there',
      { TLS_CERT_FILE: '/nowhere/cert.pem', TLS_KEY_FILE: '/nowhere/key.pem' },
      'TLS_CERT_FILE names /nowhere/cert.pem, which cannot be read (ENOENT); allowed: a PEM file with a certificate',
    ],
    ['a level that is none', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud"; allowed: trace, debug, info'],
    ['a format that is none', { FILE_FORMAT: 'xml' }, 'FILE_FORMAT is "xml"; allowed: auto, json, csv, text'],
    ['two services on one port', { REST_PORT: '9020', OTLP_GRPC_PORT: '9020' }, 'REST_PORT and OTLP_GRPC_PORT are'],
    [
      'a host that others reach and no secret',
      { HOST: '0.0.0.0' },
      'HOST is 0.0.0.0 and OTLP/gRPC, OTLP/HTTP, REST, Watch would ask nobody for a secret: set SIGNING_SECRET, or ' +
        'HOST=127.0.0.1, or INSECURE_BIND=true where the network keeps others out',
    ],
    [
      'a host that others reach and tokens that only senders show',
      { HOST: '0.0.0.0', OTLP_BEARER_TOKENS: 'token-of-senders' },
      'HOST is 0.0.0.0 and REST, Watch would ask nobody for a secret',
    ],
    [
      'a host whose name is none',
      { HOST: 'nosuchhost.invalid', SIGNING_SECRET: 'hush' },
      'HOST nosuchhost.invalid is a name that no address is known for',
    ],
    [
      'a host that is not this machine',
      { HOST: '192.0.2.1', SIGNING_SECRET: 'hush' },
      'HOST 192.0.2.1 is no address of this machine',
    ],
  ])('because of %s ends with one sentence that says what is allowed', async (_, env: Record<string, string>, said) => {
    const ended = await runHalfspace(env);
    expect(ended.stderr).toContain(said);
    expectOneSentence(ended);
    expect(ended.code).toBe(/^HOST \S+ is/.test(said) && !said.includes('ask nobody') ? EXIT_FAILURE : EXIT_USAGE);
  });

  test('names all bad settings at once, and no secret among them', async () => {
    const env = { HST_THRESHOLD: '2', SHARDS: '0', SIGNING_SECRET: 'hush\u0007', OTLP_BEARER_TOKENS: 'not one' };
    const { code, stderr } = await runHalfspace(env);
    for (const name of Object.keys(env)) expect(stderr).toContain(name);
    expect(stderr).not.toMatch(/hush|not one/);
    // A heading, then a line each.
    expect(stderr.trim().split('\n').length).toBe(1 + Object.keys(env).length);
    expect(code).toBe(EXIT_USAGE);
  });

  test('because of a key of another certificate ends with one sentence', async () => {
    const folder = temporaryFolder();
    const [one, other] = [selfSigned(folder, 'one'), selfSigned(folder, 'other')];
    const ended = await runHalfspace({ TLS_CERT_FILE: one.certFile, TLS_KEY_FILE: other.keyFile });
    expect(ended.stderr).toContain(`private key ${other.keyFile} does not belong to certificate ${one.certFile}`);
    expectOneSentence(ended);
    expect(ended.code).toBe(EXIT_USAGE);
  });

  test.each(['OTLP_GRPC_PORT', 'OTLP_HTTP_PORT', 'REST_PORT'])(
    'because %s is taken names port and setting',
    async (name) => {
      const other = createServer().listen(0, '127.0.0.1');
      onTestFinished(() => void other.close());
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const ended = await runHalfspace({ [name]: String(port) });
      expect(ended.stderr).toMatch(new RegExp(`port ${port} is taken.*${name}`));
      expectOneSentence(ended);
      expect(ended.code).toBe(EXIT_FAILURE);
    },
  );

  test.each([['--verbose'], ['verbose'], ['--demo=yes']])('because of the argument %s shows the usage', async (arg) => {
    const { code, stderr, stdout } = await runHalfspace({}, { args: [arg] });
    const [sentence, ...rest] = stderr.split('\n');
    expect(sentence).toContain(arg.split('=')[0]);
    expect(rest.join('\n')).toContain('--help says more');
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
    expect(stdout).toBe('');
    expect(code).toBe(EXIT_USAGE);
  });
});

describe('settings', () => {
  const warningsOf = (logs: readonly Record<string, unknown>[]) =>
    logs.filter(({ level }) => level === 'warn').map(({ msg }) => msg);

  test('that look like a slip of the pen are warned about, and have no effect', async () => {
    const halfspace = await startHalfspace({ HST_TRESHOLD: '0.9', FILE_ROOT: '/tmp' });
    onTestFinished(() => halfspace.kill());
    expect(warningsOf(halfspace.logs)).toEqual([
      'HST_TRESHOLD is not a setting and has no effect; did you mean HST_THRESHOLD?',
    ]);
  });

  test('that let other users of the machine have any file read are warned about', async () => {
    const halfspace = await startHalfspace();
    onTestFinished(() => halfspace.kill());
    expect(warningsOf(halfspace.logs)).toEqual([
      expect.stringMatching(/^every user of this machine may have REST read any file .* SIGNING_SECRET, or FILE_ROOT/),
    ]);
  });

  test('are read from a .env file, the environment over them', async () => {
    const cwd = temporaryFolder();
    const lines = ['\uFEFF# Our settings', 'SIGNING_SECRET="from the file"', 'SHARDS=3', 'HST_TRESHOLD=1', ''];
    writeFileSync(join(cwd, '.env'), lines.join('\r\n'));
    const halfspace = await startHalfspace({ SHARDS: '2' }, { cwd });
    onTestFinished(() => halfspace.kill());
    const status = async (secret: string) =>
      (await fetch(`${halfspace.addresses.rest}/detector/status`, { headers: { 'x-signing-secret': secret } })).status;
    expect(await status('from the file')).toBe(200);
    expect(await status('another')).toBe(401);
    expect(halfspace.logs.at(-1)).toMatchObject({ msg: 'ready', shards: 2 });
    expect(warningsOf(halfspace.logs)).toHaveLength(1);
  });

  test('of a .env file that are bad stop the start as those of the environment do', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, '.env'), 'DRAIN_SIM_TH=40%\n');
    const ended = await runHalfspace({}, { cwd });
    expect(ended.stderr).toBe('DRAIN_SIM_TH is "40%"; allowed: a number from 0 to 1\n');
    expect(ended.code).toBe(EXIT_USAGE);
  });
});
