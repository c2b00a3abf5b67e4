import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { joinPartials } from '../../src/sources/file/join-partials.ts';
import { readFile } from '../../src/sources/file/read-file.ts';
import { serviceOfPath } from '../../src/sources/file/service-of-path.ts';

const folder = mkdtempSync(join(tmpdir(), 'halfspace-container-'));
afterAll(() => rmSync(folder, { recursive: true }));
const decoder = new TextDecoder();

/** Time, level, service and message of each row. */
async function rowsOf(text: string, name = 'log'): Promise<[string, number, string, string][]> {
  const path = join(folder, name);
  writeFileSync(path, text);
  const names: string[] = [];
  const rows: [string, number, string, string][] = [];
  const textOf = (bytes: Uint8Array, start: number, end: number) => decoder.decode(bytes.subarray(start, end));
  await readFile(
    { path },
    {
      service: (bytes, start, end) => names.push(textOf(bytes, start, end)) - 1,
      add: (bytes, start, end, ms, level, service) =>
        void rows.push([new Date(ms).toISOString(), level, names[service]!, textOf(bytes, start, end)]),
    },
  );
  return rows;
}

const messages = async (text: string) => (await rowsOf(text)).map(([, , , message]) => message);

describe("Kubernetes' container logs", () => {
  const cri = (stream: string, flag: string, text: string, second = 0) =>
    `2026-01-01T10:00:0${second}.123456789Z ${stream} ${flag} ${text}\n`;

  test('are lines of text behind time, stream and flag', async () => {
    expect(await rowsOf(cri('stdout', 'F', 'INFO order 1 placed') + cri('stderr', 'F', 'ERROR it is lost', 1))).toEqual(
      [
        ['2026-01-01T10:00:00.123Z', 2, 'unknown_service', 'order 1 placed'],
        ['2026-01-01T10:00:01.123Z', 4, 'unknown_service', 'it is lost'],
      ],
    );
  });

  test('have their parts joined, of each stream for itself', async () => {
    const text =
      cri('stdout', 'P', 'a long ') +
      cri('stderr', 'F', 'between') +
      cri('stdout', 'P', 'line in ') +
      cri('stderr', 'P', 'and ') +
      cri('stdout', 'F', 'three') +
      cri('stdout', 'F', 'next') +
      cri('stderr', 'F', 'more');
    expect(await messages(text)).toEqual(['between', 'a long line in three', 'next', 'and more']);
  });

  test('that end in a part, or without a line end, are read to their end', async () => {
    expect(await messages(cri('stdout', 'F', 'whole') + cri('stdout', 'P', 'cut'))).toEqual(['whole', 'cut']);
    expect(await messages(`${cri('stdout', 'P', 'a ')}2026-01-01T10:00:00Z stdout F b`)).toEqual(['a b']);
  });

  test('are the same in pieces of any size', async () => {
    const text = Buffer.from(cri('stdout', 'P', 'a ') + cri('stderr', 'F', 'x') + cri('stdout', 'F', 'b').repeat(3));
    const joined = async (size: number) => {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.subarray(i * size, (i + 1) * size),
      );
      const parts: Buffer[] = [];
      for await (const part of joinPartials(Readable.from(pieces), 'cri')) parts.push(Buffer.from(part));
      return Buffer.concat(parts).toString();
    };
    const whole = await joined(1 << 20);
    expect(whole).toBe(cri('stderr', 'F', 'x') + cri('stdout', 'P', 'a b') + cri('stdout', 'F', 'b').repeat(2));
    for (const size of [1, 2, 7, 50]) expect(await joined(size)).toBe(whole);
  });

  test('with parts without end are cut at 1 MiB', async () => {
    const found = await messages(cri('stdout', 'P', 'x'.repeat(16_000)).repeat(100) + cri('stdout', 'F', 'end'));
    expect(found.length).toBe(2);
    expect(found.every(({ length }) => length <= 1 << 20)).toBe(true);
    expect(found.join('')).toBe(`${'x'.repeat(1_600_000)}end`);
  });
});

describe('a path of Kubernetes', () => {
  const id = '0123456789abcdef'.repeat(4);
  test.each([
    [`/var/log/containers/shop-7d9f_prod_checkout-api-${id}.log`, 'checkout-api'],
    ['/var/log/pods/prod_shop-7d9f_5f0c2f2e-8a4b-4c1d-9e7f-0123456789ab/checkout/0.log', 'checkout'],
    ['/var/log/pods/prod_shop-0_0123456789abcdef0123456789abcdef/db/3.log.20260504-080000.gz', 'db'],
    ['/var/log/shop/a_b_c-1.log', undefined],
    ['checkout.log', undefined],
  ])('%s is of %s', (path, service) => {
    expect(serviceOfPath(path)).toBe(service);
  });

  test('names the service of lines that name none', async () => {
    const name = `shop-7d9f_prod_checkout-${id}.log`;
    const text = '2026-01-01T10:00:00Z stdout F up\n2026-01-01T10:00:01Z stdout F service=pay late\n';
    expect((await rowsOf(text, name)).map(([, , service]) => service)).toEqual(['checkout', 'pay']);
  });
});

describe("docker's json-file", () => {
  const line = (log: string, stream = 'stdout', second = 0) =>
    `${JSON.stringify({ log, stream, time: `2026-01-01T10:00:0${second}.123456789Z` })}\n`;

  test('has its parts joined, escapes and quotes in them included', async () => {
    const text =
      line('GET "/" 200\n') + line('a long "lo') + line('between\n', 'stderr') + line('ng" line \\\n', 'stdout', 2);
    expect(await rowsOf(text)).toEqual([
      ['2026-01-01T10:00:00.123Z', 2, 'unknown_service', 'GET "/" 200'],
      ['2026-01-01T10:00:00.123Z', 2, 'unknown_service', 'between'],
      ['2026-01-01T10:00:02.123Z', 2, 'unknown_service', 'a long "long" line \\'],
    ]);
  });

  test('with JSON in its lines, cut in two, is read as that', async () => {
    const inner = JSON.stringify({ level: 'error', service: 'pay', msg: 'it is lost' });
    const text = line('started\n') + line(inner.slice(0, 20)) + line(`${inner.slice(20)}\n`);
    expect((await rowsOf(text))[1]).toEqual(['2026-01-01T10:00:00.123Z', 4, 'pay', 'it is lost']);
  });

  test('that ends in a part is read to its end', async () => {
    expect(await messages(line('whole\n') + line('cut'))).toEqual(['whole', 'cut']);
  });

  test.each([
    ['whose lines have lost their newlines', line('one') + line('two')],
    ['of another writer', '{"log":"one","level":"warn"}\n{"log":"two","level":"warn"}\n'],
  ])('%s is a row a line', async (_, text) => {
    expect(await messages(text)).toEqual(['one', 'two']);
  });
});

test("the journal's messages in bytes are text, and a unit names the service", async () => {
  const entry = (fields: object) => `${JSON.stringify({ __REALTIME_TIMESTAMP: '1767261600123456', ...fields })}\n`;
  const text =
    entry({ MESSAGE: 'up', PRIORITY: '6', _SYSTEMD_UNIT: 'nginx.service' }) +
    entry({
      MESSAGE: [...Buffer.from('h\u001b[1mé')],
      PRIORITY: '3',
      _SYSTEMD_UNIT: 'a.service',
      SYSLOG_IDENTIFIER: 'b',
    });
  expect(await rowsOf(text)).toEqual([
    ['2026-01-01T10:00:00.123Z', 2, 'nginx.service', 'up'],
    ['2026-01-01T10:00:00.123Z', 4, 'b', 'h\u001b[1mé'],
  ]);
});
