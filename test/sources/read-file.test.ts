import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { afterAll, describe, expect, test } from 'vitest';

import { shared, sharedPath } from '../shared.ts';
import { readRows } from './read-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'halfspace-file-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const modifiedMs = Date.UTC(2026, 5, 1);
let files = 0;

function file(content: string | Buffer, name = `file-${files++}`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  utimesSync(path, modifiedMs / 1000, modifiedMs / 1000);
  return path;
}

const json = (record: unknown) => JSON.stringify(record);

describe('a file of JSON lines', () => {
  const time = '2026-01-31T08:00:00.123Z';
  const ms = Date.parse(time);
  const full = { timestamp: ms, message: 'hello', level: 'error', service: 'cart' };

  test.each([
    ['plain', { timestamp: time, level: 'error', service: 'cart', message: 'hello' }],
    ['short names', { ts: ms, lvl: 'ERR', app: 'cart', msg: 'hello' }],
    [
      "Datadog's search result",
      {
        id: 'x',
        type: 'log',
        attributes: { timestamp: time, status: 'error', service: 'cart', message: 'hello', attributes: { a: 1 } },
      },
    ],
    [
      "Datadog's archive",
      { _id: 'x', date: time, status: 'error', service: 'cart', message: 'hello', attributes: { level: 'info' } },
    ],
    [
      'nested custom attributes',
      { message: 'hello', attributes: { attributes: { level: 'error', service: 'cart', timestamp: ms } } },
    ],
    ['pino', { level: 50, time: ms, pid: 1, hostname: 'h', name: 'cart', msg: 'hello' }],
    ['bunyan', { name: 'cart', hostname: 'h', pid: 1, level: 50, msg: 'hello', time, v: 0 }],
    ['winston', { level: 'error', message: 'hello', service: 'cart', timestamp: '2026-01-31 08:00:00.123' }],
    ['zap', { level: 'error', ts: ms / 1000, caller: 'a.go:1', msg: 'hello', service: 'cart' }],
    ['slog', { time: '2026-01-31T10:00:00.123456789+02:00', level: 'ERROR', msg: 'hello', service: 'cart' }],
    [
      'logback',
      {
        '@timestamp': time,
        '@version': '1',
        message: 'hello',
        logger_name: 'a.B',
        level: 'ERROR',
        level_value: 40000,
        app: 'cart',
      },
    ],
    [
      'log4j2',
      {
        instant: { epochSecond: Math.floor(ms / 1000), nanoOfSecond: 123456789 },
        level: 'ERROR',
        message: 'hello',
        service: 'cart',
      },
    ],
    ['ECS, dotted', { '@timestamp': time, 'log.level': 'ERROR', message: 'hello', 'service.name': 'cart' }],
    ['ECS, nested', { '@timestamp': time, log: { level: 'error' }, message: 'hello', service: { name: 'cart' } }],
    [
      'docker json-file',
      { log: 'hello\n', stream: 'stderr', time: '2026-01-31T08:00:00.123999999Z', level: 'error', service: 'cart' },
    ],
    [
      'docker json-file with JSON inside',
      { log: `${json({ level: 'error', msg: 'hello', service: 'cart' })}\n`, stream: 'stdout', time },
    ],
    [
      'OpenTelemetry',
      {
        timeUnixNano: '1769846400123456789',
        severityNumber: 17,
        body: { stringValue: 'hello' },
        resource: { attributes: { 'service.name': 'cart' } },
      },
    ],
    [
      "systemd's journal",
      { __REALTIME_TIMESTAMP: '1769846400123456', PRIORITY: '3', SYSLOG_IDENTIFIER: 'cart', MESSAGE: 'hello' },
    ],
    [
      'Google Cloud',
      { timestamp: time, severity: 'ERROR', textPayload: 'hello', resource: { 'service.name': 'cart' } },
    ],
    ['GELF', { version: '1.1', timestamp: 1769846400.123, level: 3, short_message: 'hello', service: 'cart' }],
    ['Serilog', { '@t': time, '@l': 'Error', '@m': 'hello', service: 'cart' }],
  ])('reads %s', async (_, record) => {
    expect(await readRows({ path: file(`${json(record)}\n`) })).toMatchObject({ rows: [full] });
  });

  test('takes seconds, milliseconds, microseconds and nanoseconds', async () => {
    const lines = ['1769846400', '1769846400123', '1769846400123456', '1769846400123456789'].map(
      (ts) => `{"ts":${ts},"msg":"m"}`,
    );
    const { rows } = await readRows({ path: file(lines.join('\n')) });
    expect(rows.map(({ timestamp }) => timestamp)).toEqual([ms - 123, ms, ms, ms]);
  });

  test('gives a record without a message its JSON with keys sorted', async () => {
    const { rows } = await readRows({ path: file('{"b":1,"a":{"d":2,"c":null}}') });
    expect(rows[0]?.message).toBe('{"a":{"c":null,"d":2},"b":1}');
  });

  test('sniffs the level of a message that comes without one', async () => {
    const { rows } = await readRows({ path: file('{"msg":"[warn] disk"}\n{"msg":"plain"}') });
    expect(rows.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  test('names the service of rows that do not, and overrules weak hints only', async () => {
    const path = file('{"msg":"a"}\n{"msg":"b","name":"hint"}\n{"msg":"c","service":"own"}');
    const services = async (service?: string) => (await readRows({ path, service })).rows.map((row) => row.service);
    expect(await services()).toEqual(['unknown_service', 'hint', 'own']);
    expect(await services('given')).toEqual(['given', 'given', 'own']);
  });

  test('counts and skips lines that are not JSON', async () => {
    const { rows, summary } = await readRows({ path: file('{"msg":"a"}\nnonsense\n{"msg":"b"\n[1]\n\n{"msg":"c"}\n') });
    expect(rows.map(({ message }) => message)).toEqual(['a', 'c']);
    expect(summary).toMatchObject({ format: 'json-lines', badLines: 3, firstBad: { line: 2 } });
  });

  test('refuses a file in which nothing is JSON', async () => {
    const path = file('nonsense\nmore\n');
    await expect(readRows({ path, format: 'json' })).rejects.toMatchObject({
      code: 'malformed_input',
      message: expect.stringMatching(/malformed JSON at line 1 of .*set its format to text/) as string,
    });
  });

  test('skips a line longer than 1 MiB and counts it', async () => {
    const long = json({ msg: 'x'.repeat(3 << 20) });
    const { rows, summary } = await readRows({ path: file(`{"msg":"a"}\n${long}\n{"msg":"b"}`) });
    expect(rows.map(({ message }) => message)).toEqual(['a', 'b']);
    expect(summary).toMatchObject({ cutLines: 1, badLines: 1 });
  });

  test('keeps NUL and escapes, and replaces what is not UTF-8', async () => {
    const odd = Buffer.concat([
      Buffer.from('{"msg":"a\\u0000\\ud83d\\ude00\\ud800\\n'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    const { rows } = await readRows({ path: file(odd) });
    expect(rows[0]?.message).toBe('a\0😀\ufffd\n\ufffd');
  });
});

describe('a JSON array', () => {
  test('is read record by record, printed in one line or many', async () => {
    const records = [
      { ts: 1769846400, msg: 'a ] } "' },
      { ts: 1769846401, msg: 'b', nested: [{ x: ['}'] }] },
    ];
    for (const text of [
      json(records),
      JSON.stringify(records, null, 2),
      `\n [ ${json(records[0])} , ${json(records[1])} ] \n`,
    ]) {
      const { rows, summary } = await readRows({ path: file(text) });
      expect(summary.format).toBe('json-array');
      expect(rows.map(({ message }) => message)).toEqual(['a ] } "', 'b']);
    }
  });

  test('that is empty is an empty window', async () => {
    expect((await readRows({ path: file(' [ ]\n') })).rows).toEqual([]);
  });

  test.each([
    ['[{"msg":"a"},\n{"msg":"b"}', 'at line 2: expected an array of objects'],
    [
      '[{"msg":"a"},\n{"msg":',
      'at line 2: expected an array of objects: "{", "," or "]", got the end of the file within a record',
    ],
    ['[{"msg":"a"}\n{"msg":"b"}]', 'at line 2: expected an array of objects: "{", "," or "]", got "{"'],
    ['[{"msg":"a"}]\nx', 'at line 2: expected nothing after the array, got "x"'],
  ])('that is malformed is refused with the line: %j', async (text, message) => {
    await expect(readRows({ path: file(text) })).rejects.toMatchObject({
      code: 'malformed_input',
      message: expect.stringContaining(message) as string,
    });
  });

  test('counts records that are broken or too long and goes on', async () => {
    const text = `[{"msg":"a"},{"msg":01},{"msg":"${'x'.repeat(2 << 20)}"},{"msg":"b"}]`;
    const { rows, summary } = await readRows({ path: file(text) });
    expect(rows.map(({ message }) => message)).toEqual(['a', 'b']);
    expect(summary).toMatchObject({ badLines: 2, cutLines: 1 });
  });

  test('printed records without an array around them are read too', async () => {
    const { rows, summary } = await readRows({ path: file('{\n  "msg": "a"\n}\n{\n  "msg": "b"\n}\n') });
    expect(summary.format).toBe('json-sequence');
    expect(rows.map(({ message }) => message)).toEqual(['a', 'b']);
  });
});

describe('a CSV file', () => {
  test('is known by its header; quotes, a mark and CRLF are no matter', async () => {
    const text =
      '\ufeffTime,Level,Service,Message\r\n2026-01-31 08:00:00,WARN,cart,"a, ""b""\nc"\r\n2026-01-31 08:00:01,,,d\r\n';
    const { rows, summary } = await readRows({ path: file(text) });
    expect(summary.format).toBe('csv');
    expect(rows).toEqual([
      { timestamp: Date.UTC(2026, 0, 31, 8), level: 'warn', service: 'cart', message: 'a, "b"\nc' },
      { timestamp: Date.UTC(2026, 0, 31, 8, 0, 1), level: 'info', service: 'unknown_service', message: 'd' },
    ]);
  });

  test('may be separated by semicolons or tabs', async () => {
    for (const sign of [';', '\t']) {
      const { rows } = await readRows({ path: file(`ts${sign}msg\n1769846400${sign}a, b\n`) });
      expect(rows).toMatchObject([{ timestamp: 1769846400000, message: 'a, b' }]);
    }
  });

  test('without a column for the message is refused with its columns', async () => {
    await expect(readRows({ path: file('a,b\n1,2\n'), format: 'csv' })).rejects.toMatchObject({
      code: 'malformed_input',
      message: expect.stringContaining('got a, b') as string,
    });
  });

  describe.skipIf(!shared)('of LogHub', () => {
    test.each([
      ['Apache', '2005-12-04T04:47:44.000Z'],
      ['BGL', '2005-06-03T22:42:50.000Z'],
      ['HDFS', '2008-11-09T20:36:15.000Z'],
      ['Hadoop', '2015-10-18T18:01:47.978Z'],
      ['Linux', '-06-14T15:16:01.000Z'],
      ['OpenSSH', '-12-10T06:55:46.000Z'],
      ['Zookeeper', '2015-07-29T17:41:44.747Z'],
    ])('%s has its 2,000 rows with times; a class that logs is no service', async (name, time) => {
      const { rows, summary } = await readRows({ path: sharedPath(`data/loghub/${name}.csv`) });
      expect(rows).toHaveLength(2000);
      expect(summary).toMatchObject({ format: 'csv', badLines: 0, untimedRows: 0 });
      // Where the data set has no year, it is the latest before the file was written.
      expect(new Date(rows[0]!.timestamp).toISOString()).toContain(time);
      expect(rows[0]).toMatchObject({ level: 'info' });
      expect(new Set(rows.map((row) => row.service))).toEqual(new Set(['unknown_service']));
    });
  });
});

describe('any file', () => {
  const text = Array.from({ length: 5000 }, (_, i) => `2026-01-31T08:00:00Z INFO line ${i}`).join('\n');

  test('may be compressed by gzip or zstd, in one piece or several', async () => {
    const half = Math.floor(text.length / 2);
    const parts = [text.slice(0, half), text.slice(half)];
    const plain = await readRows({ path: file(text) });
    expect(plain.rows).toHaveLength(5000);
    for (const compress of [gzipSync, zstdCompressSync]) {
      expect((await readRows({ path: file(compress(text)) })).rows).toEqual(plain.rows);
      expect((await readRows({ path: file(Buffer.concat(parts.map((part) => compress(part)))) })).rows).toEqual(
        plain.rows,
      );
    }
  });

  test.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])('whose %s data is cut short is refused', async (_, data) => {
    await expect(readRows({ path: file(data.subarray(0, data.length - 20)) })).rejects.toMatchObject({
      code: 'source_unreadable',
      message: expect.stringContaining('damaged or cut short') as string,
    });
  });

  test('that is empty, or empty inside, is an empty window', async () => {
    for (const content of ['', gzipSync(''), zstdCompressSync(''), '\n\n', '\ufeff'])
      expect((await readRows({ path: file(content) })).rows).toEqual([]);
  });

  test('may be UTF-16 with a byte order mark', async () => {
    const { rows } = await readRows({
      path: file(Buffer.from('\ufeff2026-01-31 08:00:00 ERROR grüße\r\n', 'utf16le')),
    });
    expect(rows).toMatchObject([{ timestamp: Date.UTC(2026, 0, 31, 8), level: 'error', message: 'grüße' }]);
  });

  test('gives only rows inside the window, its start included and its end not', async () => {
    const path = file([9, 10, 19, 20].map((s) => `{"ts":${1769846400 + s},"msg":"${s}"}`).join('\n'));
    const { rows } = await readRows({ path, startMs: 1769846410000, endMs: 1769846420000 });
    expect(rows.map(({ message }) => message)).toEqual(['10', '19']);
  });

  test('that cannot be read is refused with its own sentence', async () => {
    const missing = join(folder, 'missing');
    const sub = join(folder, 'sub');
    mkdirSync(sub);
    const cases: [string, string, RegExp, string?][] = [
      [missing, 'source_not_found', /there is no such file/],
      [`${file('x')}/y`, 'source_not_found', /not a folder/],
      [
        sub,
        'source_not_a_file',
        / is a folder: name a file in it, or several by a pattern in quotes, such as '.*[^/]\/\*\.log'$/,
      ],
      ['/dev/zero', 'source_not_a_file', /a device/],
      [file('x'), 'unknown_format', /"xml" is not known: use one of auto, json, csv, text/, 'xml'],
    ];
    for (const [path, code, message, format] of cases)
      await expect(readRows({ path, format })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as string,
      });
  });

  // The superuser may read everything.
  test.skipIf(process.getuid?.() === 0)('without permission is refused', async () => {
    const path = file('x');
    chmodSync(path, 0);
    await expect(readRows({ path })).rejects.toMatchObject({ code: 'source_permission_denied' });
  });
});
