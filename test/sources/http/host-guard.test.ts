import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isHostEntry } from '../../../src/sources/http/host-entry.ts';
import { createHostGuard, HostRefused } from '../../../src/sources/http/host-guard.ts';
import type { HostRules } from '../../../src/sources/http/host-guard.ts';
import { createSourceClient } from '../../../src/sources/http/source-client.ts';
import { SourceError } from '../../../src/sources/source-error.ts';

const ANY: HostRules = { allowed: [], denied: [], isOpen: false };

/** Ways to write an IPv4 address that resolvers and URL parsers take. */
function spellings(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const whole = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const octal = (part: number) => `0${part.toString(8)}`;
  const hex = (part: number) => `0x${part.toString(16)}`;
  const mapped = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  return [
    address,
    `${address}.`,
    String(whole),
    `0x${whole.toString(16)}`,
    `0${whole.toString(8)}`,
    [a, b, c, d].map(octal).join('.'),
    [a, b, c, d].map(hex).join('.'),
    `${a}.${b}.${(c << 8) | d}`,
    `${a}.${(b << 16) | (c << 8) | d}`,
    `${octal(a)}.${hex(b)}.${c}.${d}`,
    `[::ffff:${address}]`,
    `[::ffff:${mapped}]`,
    `[0:0:0:0:0:ffff:${mapped}]`,
    `[::${mapped}]`,
    `[64:ff9b::${mapped}]`,
    `[2002:${mapped}::1]`,
    address.replaceAll('.', '。'),
    address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  ];
}

const METADATA_HOSTS = [
  ...['169.254.169.254', '169.254.170.2', '169.254.0.1', '100.100.100.200', '168.63.129.16', '192.0.0.192'].flatMap(
    spellings,
  ),
  '[fe80::1]',
  '[fe80::a9fe:a9fe]',
  '[fd00:ec2::254]',
  '[fd20:ce::254]',
  'metadata.google.internal',
  'METADATA.google.internal.',
  'metadata.goog',
  'instance-data',
];

describe('S3: addresses that come over the API', () => {
  let reached = 0;
  const server = createServer((_, answer) => {
    reached++;
    answer.end('{}');
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function failureAt(host: string, rules: HostRules): Promise<SourceError | undefined> {
    const client = createSourceClient({
      source: { name: 'loki', title: 'Loki', description: '', isLimited: true, options: [] },
      guard: createHostGuard(rules, true),
      signal: new AbortController().signal,
      secrets: [],
      nowMs: () => 0,
      random: () => 0,
      retryMs: 1,
    });
    try {
      await client.json({ call: 'probe', url: new URL(`http://${host}:${port}/`) });
      return undefined;
    } catch (error) {
      return error as SourceError;
    } finally {
      await client.close();
    }
  }

  test(`${METADATA_HOSTS.length} spellings of addresses with a machine's own credentials are refused by default`, async () => {
    for (const host of METADATA_HOSTS) {
      expect({ host, code: (await failureAt(host, ANY))?.code }).toEqual({ host, code: 'host_refused' });
    }
  });

  test('where hosts are allowed, none of 200 other URLs is reached, however its address is spelt', async () => {
    const rules = { ...ANY, allowed: ['loki.example.com', '*.logs.example.com', '10.20.0.0/16'] };
    const names = { ...ANY, allowed: ['loki.example.com', '*.logs.example.com'] };
    for (const host of ['xlogs.example.com', 'logs.example.com', 'example.com', 'loki.example.com.evil.example']) {
      expect({ host, code: (await failureAt(host, names))?.code }).toEqual({ host, code: 'host_refused' });
    }
    const hosts = [...spellings('127.0.0.1'), ...spellings('192.168.1.1'), 'localhost', '[::1]'];
    const all = [
      ...hosts,
      ...METADATA_HOSTS,
      ...['10.21.0.1', '172.16.0.1', '0.0.0.0', '224.0.0.1'].flatMap(spellings),
    ];
    expect(new Set(all).size).toBeGreaterThanOrEqual(200);
    for (const host of all)
      expect({ host, code: (await failureAt(host, rules))?.code }).toEqual({ host, code: 'host_refused' });
    expect(reached).toBe(0);
  });

  test('a denied host is refused however it is spelt, and although it is allowed', async () => {
    const rules = { ...ANY, allowed: ['127.0.0.1', 'localhost'], denied: ['127.0.0.0/8', 'localhost'] };
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '127.1',
      '[::ffff:127.0.0.1]',
      'localhost',
      'LOCALHOST.',
    ]) {
      expect({ host, code: (await failureAt(host, rules))?.code }).toEqual({ host, code: 'host_refused' });
    }
    expect(reached).toBe(0);
  });

  test('without rules a store on this machine can be named, and with an open port it cannot', async () => {
    expect(await failureAt('127.0.0.1', ANY)).toBeUndefined();
    expect(reached).toBe(1);
    expect(await failureAt('127.0.0.1', { ...ANY, isOpen: true })).toMatchObject({ code: 'host_refused' });
    expect(reached).toBe(1);
  });
});

describe('S3: a name', () => {
  const lookupOf = (rules: HostRules, hostname: string, addresses: string[], fromRequest = true) =>
    new Promise((resolve) => {
      const guard = createHostGuard(rules, fromRequest, (_name, _options, callback) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      );
      guard.check(hostname);
      guard.lookup(hostname, {}, (error, address) => resolve(error ?? address));
    });

  test.each<[string, string[]]>([
    ['rebind.example.net', ['169.254.169.254']],
    ['rebind.example.net', ['93.184.216.34', '169.254.169.254']],
    ['rebind.example.net', ['::ffff:169.254.169.254']],
    ['rebind.example.net', ['fe80::1%eth0']],
    ['rebind.example.net', ['64:ff9b::a9fe:a9fe']],
    ['rebind.example.net', ['2002:a9fe:a9fe::1']],
    ['rebind.example.net', ['::169.254.169.254']],
  ])('%s that leads to %j is refused when it is resolved', async (name, addresses) => {
    expect(await lookupOf(ANY, name, addresses)).toBeInstanceOf(HostRefused);
    expect(await lookupOf(ANY, name, addresses, false)).toBeInstanceOf(HostRefused);
  });

  test('is allowed for the network that it leads to', async () => {
    const rules = { ...ANY, allowed: ['10.20.0.0/16'] };
    expect(await lookupOf(rules, 'loki.internal', ['10.20.3.4'])).toBe('10.20.3.4');
    expect(await lookupOf(rules, 'loki.internal', ['10.21.3.4'])).toBeInstanceOf(HostRefused);
  });

  test('that is denied for its address is refused when it is resolved', async () => {
    const rules = { ...ANY, allowed: ['loki.internal'], denied: ['10.0.0.0/8'] };
    expect(await lookupOf(rules, 'loki.internal', ['10.20.3.4'])).toBeInstanceOf(HostRefused);
  });

  test('of the environment is not held against the lists, which are for requests', async () => {
    const rules = { allowed: ['loki.example.com'], denied: ['10.0.0.0/8'], isOpen: true };
    expect(await lookupOf(rules, 'loki.internal', ['10.20.3.4'], false)).toBe('10.20.3.4');
  });
});

test.each([
  ['loki.example.com', true],
  ['*.example.com', true],
  ['10.0.0.0/8', true],
  ['::1', true],
  ['fd00::/8', true],
  ['10.0.0.0/33', false],
  ['a/8', false],
  ['*.*.com', false],
  ['http://x', false],
  ['a b', false],
])('%s as an entry of a list of hosts: %s', (entry, expected) => {
  expect(isHostEntry(entry)).toBe(expected);
});
