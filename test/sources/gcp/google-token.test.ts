import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, describe, it, onTestFinished } from 'vitest';
import { googleTokens } from '../../../src/sources/gcp/google-token.ts';
import { askMachineToken } from '../../../src/sources/gcp/machine-token.ts';
import { GCP } from '../../../src/sources/gcp/options.ts';
import { createHostGuard } from '../../../src/sources/http/host-guard.ts';
import { createSourceClient } from '../../../src/sources/http/source-client.ts';
import { PulledRows } from '../../../src/sources/pull/pulled-rows.ts';
import { accountJson } from './logging-server.ts';

const guard = createHostGuard({ allowed: [], denied: [], isOpen: false }, false);
const { signal } = new AbortController();
const client = createSourceClient({ source: GCP, guard, signal, secrets: [], nowMs: () => 0, random: () => 0 });
const rows = new PulledRows({ sink: { service: () => 0, add: () => {} }, startMs: 0, endMs: 1, maxRows: 1 });
const context = { client, guard, signal, rows, pageRowsMax: 1 };
const GOOGLE = new URL('https://logging.googleapis.com/v2/entries:list');
const open = (
  values: Record<string, string>,
  url = GOOGLE,
  askMachine = async () => ({ token: 'of the machine', seconds: 3600 }),
) => googleTokens({ startMs: 0, endMs: 1, values: new Map(Object.entries(values)) }, context, url, askMachine);

describe("a service account's key", () => {
  it.each([
    ['/etc/key.json', 'is not JSON: it has to be the content of the key file, not its path'],
    ['[]', 'is without a type'],
    ['{"type":"authorized_user","refresh_token":"secret-1"}', 'is of type authorized_user'],
    [accountJson({ private_key: undefined }), 'has no client_email or no private_key'],
    [accountJson({ private_key: 'secret-1' }), 'has a private_key that is no PEM key'],
  ])('that cannot be used says why (%#)', (json, sentence) => {
    const failing = () => open({ credentials_json: json });
    expect(failing).toThrow(`Google Cloud Logging, credentials: GCP_CREDENTIALS_JSON ${sentence}`);
    expect(failing).not.toThrow('secret-1');
  });

  it('signs one token for many calls', async () => {
    const token = open({ credentials_json: accountJson() });
    const first = await token();
    expect(first).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await token()).toBe(first);
    expect(client.shown(`with ${first}`)).toBe('with ***');
  });
});

describe("the machine's own account", () => {
  it("is used where no key is set, for Google's hosts alone", async () => {
    expect(await open({})()).toBe('of the machine');
    for (const url of [
      'http://127.0.0.1/v2',
      'http://logging.googleapis.com/',
      'https://googleapis.com.evil.example/',
      'https://evilgoogleapis.com/',
    ]) {
      await expect(open({}, new URL(url))()).rejects.toMatchObject({ code: 'configuration', message: /not Google's/ });
    }
  });

  it('that there is none of says what to set', async () => {
    const none = () => Promise.reject(new Error('connect EHOSTUNREACH 169.254.169.254:80'));
    await expect(open({}, GOOGLE, none)()).rejects.toMatchObject({
      code: 'configuration',
      message: /EHOSTUNREACH.*set GCP_CREDENTIALS_JSON/,
    });
  });

  it('is asked for as the metadata server wants it', async () => {
    let answer: { status?: number; headers?: Record<string, string>; body?: string } = {};
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${String(request.headers['metadata-flavor'])}`);
      const {
        status = 200,
        headers = { 'metadata-flavor': 'Google' },
        body = '{"access_token":"ya29","expires_in":1800,"token_type":"Bearer"}',
      } = answer;
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    expect(await askMachineToken(signal, base)).toEqual({ token: 'ya29', seconds: 1800 });
    expect(seen[0]).toMatch(
      /^GET \/computeMetadata\/v1\/instance\/service-accounts\/default\/token\?scopes=\S+ Google$/,
    );
    answer = { status: 302, headers: { location: `${base}/elsewhere`, 'metadata-flavor': 'Google' } };
    await expect(askMachineToken(signal, base)).rejects.toThrow('answered 302');
    answer = { headers: {} };
    await expect(askMachineToken(signal, base)).rejects.toThrow('answered 200');
    answer = { body: '{}' };
    await expect(askMachineToken(signal, base)).rejects.toThrow('gave no token');
    answer = { body: 'x'.repeat(100_000) };
    await expect(askMachineToken(signal, base)).rejects.toThrow('too much');
    expect(seen).toHaveLength(5);
  });
});
