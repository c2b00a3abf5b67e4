import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { readRows } from './read-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'halfspace-text-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const modifiedMs = Date.UTC(2026, 5, 1);
let files = 0;

async function read(content: string | Buffer, service?: string, format = 'text') {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content);
  utimesSync(path, modifiedMs / 1000, modifiedMs / 1000);
  return readRows({ path, format, service });
}

describe('the head of a text line', () => {
  test.each([
    ['2026-01-31T08:00:00.123Z ERROR boom', '2026-01-31T08:00:00.123Z', 'error', 'boom'],
    ['2026-01-31T08:00:00.123456789+02:00 boom', '2026-01-31T06:00:00.123Z', 'info', 'boom'],
    ['2026-01-31 08:00:00,123 [main] WARN a.B - boom', '2026-01-31T08:00:00.123Z', 'warn', '[main] WARN a.B - boom'],
    ['2026-01-31 08:00:00.123 +0000 UTC boom', '2026-01-31T08:00:00.123Z', 'info', 'UTC boom'],
    ['2026-01-31 08:00 boom', '2026-01-31T08:00:00.000Z', 'info', 'boom'],
    ['[2026-01-31 08:00:00] [error] boom', '2026-01-31T08:00:00.000Z', 'error', 'boom'],
    ['2026/01/31 08:00:00 [error] 12#0: *1 boom', '2026-01-31T08:00:00.000Z', 'error', '12#0: *1 boom'],
    ['2026-01-31 08:00:00 - boom', '2026-01-31T08:00:00.000Z', 'info', 'boom'],
    ['2026-01-31T08:00:00.123456789Z stderr F boom', '2026-01-31T08:00:00.123Z', 'info', 'boom'],
    ['[Sat Jan 31 08:00:00 2026] [warn] boom', '2026-01-31T08:00:00.000Z', 'warn', 'boom'],
    [
      '[Sat Jan 31 08:00:00.123456 2026] [core:error] [pid 1] boom',
      '2026-01-31T08:00:00.123Z',
      'error',
      '[core:error] [pid 1] boom',
    ],
    ['Sat, 31 Jan 2026 08:00:00 GMT boom', '2026-01-31T08:00:00.000Z', 'info', 'boom'],
    ['31 Jan 2026 08:00:00.123 boom', '2026-01-31T08:00:00.123Z', 'info', 'boom'],
    ['31-Jan-2026 08:00:00.123 SEVERE boom', '2026-01-31T08:00:00.123Z', 'error', 'boom'],
    ['Jan 31, 2026 8:00:00 PM boom', '2026-01-31T20:00:00.000Z', 'info', 'boom'],
    ['Jan 31, 2026 12:00:00 AM boom', '2026-01-31T00:00:00.000Z', 'info', 'boom'],
    ['E0131 08:00:00.123456   12 file.go:1] boom', '2026-01-31T08:00:00.123Z', 'error', '12 file.go:1] boom'],
    ['20260131T080000Z boom', '2026-01-31T08:00:00.000Z', 'info', 'boom'],
    ['20260131-08:00:00:123|boom', '2026-01-31T08:00:00.123Z', 'info', '|boom'],
    ['081109 203615 148 INFO dfs.DataNode: boom', '2008-11-09T20:36:15.000Z', 'info', '148 INFO dfs.DataNode: boom'],
    ['17/06/09 20:10:40 WARN executor: boom', '2017-06-09T20:10:40.000Z', 'warn', 'executor: boom'],
    ['31.01.2026 08:00:00 ERROR boom', '2026-01-31T08:00:00.000Z', 'error', 'boom'],
    ['1.2.2026 8:00:00,123 [main] boom', '2026-02-01T08:00:00.123Z', 'info', '[main] boom'],
    ['[31.01.2026, 08:00:00] boom', '2026-01-31T08:00:00.000Z', 'info', 'boom'],
    ['01/31/2026 08:00:00 ERROR boom', '2026-01-31T08:00:00.000Z', 'error', 'boom'],
    ['1/31/2026 8:00:00.123 PM boom', '2026-01-31T20:00:00.123Z', 'info', 'boom'],
    ['01/31/2026, 8:00:00 AM - WARN boom', '2026-01-31T08:00:00.000Z', 'warn', 'boom'],
    ['31/01/2026 08:00:00 ERROR boom', '2026-01-31T08:00:00.000Z', 'error', 'boom'],
    ['31/01/2026:08:00:00 +0100 boom', '2026-01-31T07:00:00.000Z', 'info', 'boom'],
    ['01/02/2026 08:00 boom', '2026-01-02T08:00:00.000Z', 'info', 'boom'],
    ['1769846400 boom', '2026-01-31T08:00:00.000Z', 'info', 'boom'],
    ['1769846400.123 boom', '2026-01-31T08:00:00.123Z', 'info', 'boom'],
    ['1769846400123 boom', '2026-01-31T08:00:00.123Z', 'info', 'boom'],
    ['1769846400123456 boom', '2026-01-31T08:00:00.123Z', 'info', 'boom'],
    ['1769846400123456789 boom', '2026-01-31T08:00:00.123Z', 'info', 'boom'],
    [
      '- 1117838570 2005.06.03 R02-M1 2005-06-03-15.42.50.675872 R02-M1 RAS KERNEL FATAL boom',
      '2005-06-03T22:42:50.000Z',
      'fatal',
      'RAS KERNEL FATAL boom',
    ],
    [
      'level=warn ts=2026-01-31T08:00:00.123Z caller=a.go:1 msg="boom"',
      '2026-01-31T08:00:00.123Z',
      'warn',
      'level=warn ts=2026-01-31T08:00:00.123Z caller=a.go:1 msg="boom"',
    ],
    [
      '10.0.0.1 - frank [31/Jan/2026:09:00:00 +0100] "GET / HTTP/1.1" 503 12 "-" "curl"',
      '2026-01-31T08:00:00.000Z',
      'error',
      '"GET / HTTP/1.1" 503 12 "-" "curl"',
    ],
    [
      '::1 - - [31/Jan/2026:08:00:00 +0000] "GET /x HTTP/1.1" 404 12',
      '2026-01-31T08:00:00.000Z',
      'warn',
      '"GET /x HTTP/1.1" 404 12',
    ],
    [
      '::1 - - [31/Jan/2026:08:00:00 +0000] "GET /x HTTP/1.1" 200 12',
      '2026-01-31T08:00:00.000Z',
      'info',
      '"GET /x HTTP/1.1" 200 12',
    ],
    [
      '\u001b[90m2026-01-31T08:00:00Z\u001b[0m \u001b[1;31mERROR\u001b[0m boom',
      '2026-01-31T08:00:00Z',
      'error',
      'boom',
    ],
    ['\u001b[2m2026-01-31 08:00:00\u001b[0m \u001b[33m WARN\u001b[0m boom', '2026-01-31T08:00:00Z', 'warn', 'boom'],
    ['2026-01-31T08:00:00Z \u001b[33m[WARN]\u001b[m: boom', '2026-01-31T08:00:00Z', 'warn', 'boom'],
    ['\u001b[01;31m\u001b[K2026-01-31T08:00:00Z\u001b[m\u001b[K ERROR boom', '2026-01-31T08:00:00Z', 'error', 'boom'],
    [
      '2026-01-31T08:00:00Z \u001b[32mINFO\u001b[0m \u001b[2mapp\u001b[0m: boom',
      '2026-01-31T08:00:00Z',
      'info',
      '\u001b[2mapp\u001b[0m: boom',
    ],
    ['2026-01-31T08:00:00Z \u001b[32mboom\u001b[0m', '2026-01-31T08:00:00Z', 'info', '\u001b[32mboom\u001b[0m'],
  ])('%j', async (line, time, level, message) => {
    const { rows, summary } = await read(`${line}\n`);
    expect(rows).toEqual([{ timestamp: Date.parse(time), level, message, service: 'unknown_service' }]);
    expect(summary.untimedRows).toBe(0);
  });

  test.each([
    ['Jan 31 08:00:00 host sshd[123]: boom', '2026-01-31T08:00:00.000Z', 'info', 'sshd'],
    ['<11>Jan 31 08:00:00 host app: boom', '2026-01-31T08:00:00.000Z', 'error', 'app'],
    ['Jun 14 15:16:01 combo sshd(pam_unix)[19939]: boom', '2025-06-14T15:16:01.000Z', 'info', 'sshd(pam_unix)'],
    ['2026-01-31T08:00:00+00:00 host sshd[123]: boom', '2026-01-31T08:00:00.000Z', 'info', 'sshd'],
    ['<34>1 2026-01-31T08:00:00.003Z host su - ID47 - boom', '2026-01-31T08:00:00.003Z', 'fatal', 'su'],
    ['<165>1 2026-01-31T08:00:00Z host evnt 8 ID47 [a b="c\\]"][d] boom', '2026-01-31T08:00:00.000Z', 'info', 'evnt'],
    ['2026-01-31T08:00:00Z WARN service=cart boom', '2026-01-31T08:00:00.000Z', 'warn', 'cart'],
    ['2026-01-31T08:00:00Z service="the cart", boom', '2026-01-31T08:00:00.000Z', 'info', 'the cart'],
  ])('names its service: %s', async (line, time, level, service) => {
    const { rows } = await read(line);
    expect(rows).toEqual([{ timestamp: Date.parse(time), level, service, message: 'boom' }]);
  });

  test('keeps a service that is named further on, and a level with nothing behind it', async () => {
    const { rows } = await read('2026-01-31T08:00:00Z boom service=cart\n2026-01-31T08:00:00Z ERROR\n');
    expect(rows).toMatchObject([
      { message: 'boom service=cart', service: 'cart' },
      { message: 'ERROR', level: 'error' },
    ]);
  });

  test('of syslog gives way to a service that the user named, a stated one does not', async () => {
    const { rows } = await read('Jan 31 08:00:00 host sshd[1]: a\nJan 31 08:00:00 host x: service=cart\n', 'mine');
    expect(rows.map(({ service }) => service)).toEqual(['mine', 'cart']);
  });

  test.each([
    '99:99 x',
    '2026-13-01 00:00:00 x',
    '2026-02-30T00:00:00 x',
    '123456789012 x',
    'Jan x',
    '12 x',
    '<999>x',
    '[',
    '2026-01',
  ])('%j is no timestamp, the line stays whole', async (line) => {
    const { rows, summary } = await read(line);
    expect(rows).toMatchObject([{ message: line, timestamp: modifiedMs }]);
    expect(summary.untimedRows).toBe(1);
  });
});

describe('a record of several lines', () => {
  const trace = [
    '2026-01-31T08:00:00Z ERROR boom',
    'java.lang.IllegalStateException: no',
    '\tat a.B.c(B.java:1)',
    'Caused by: x.Y: z',
    '    at d.E.f(E.java:2)',
    '... 12 more',
    '2026-01-31T08:00:01Z INFO next',
  ];

  test('is a stack trace with the line before it', async () => {
    const { rows } = await read(trace.join('\n'));
    expect(rows.map(({ message }) => message)).toEqual([`boom\n${trace.slice(1, 6).join('\n')}`, 'next']);
    expect(rows[0]!.timestamp).toBe(Date.UTC(2026, 0, 31, 8));
  });

  test('begins with an exception where the lines of the file have no time', async () => {
    const lines = ['started', 'java.lang.IllegalStateException: no', '\tat a.B.c(B.java:1)', 'my.Error', 'x.y: z'];
    const { rows } = await read(lines.join('\n'));
    expect(rows.map(({ message }) => message.split('\n').length)).toEqual([1, 2, 1, 1]);
  });

  test("begins with Node.js' name of an error where the lines have a time", async () => {
    const lines = [
      '2026-01-31T08:00:00Z ERROR boom',
      'TypeError: x is not a function',
      '    at f (/a/b.js:1:2)',
      'plain',
    ];
    const { rows } = await read(lines.join('\n'));
    expect(rows.map(({ message }) => message.split('\n').length)).toEqual([3, 1]);
    expect(rows[0]!.level).toBe('error');
  });

  test("is Python's traceback up to the exception", async () => {
    const lines = [
      '2026-01-31T08:00:00Z ERROR boom',
      'Traceback (most recent call last):',
      '  File "a.py", line 1',
      "KeyError: 'x'",
      'plain',
    ];
    const { rows } = await read(lines.join('\n'));
    expect(rows.map(({ message }) => message)).toEqual([lines.slice(0, 4).join('\n').slice(27), 'plain']);
  });

  test('does not swallow indented lines that have a time of their own', async () => {
    const { rows } = await read('  2026-01-31T08:00:00Z a\n  2026-01-31T08:00:01Z b\n');
    expect(rows.map(({ message }) => message)).toEqual(['a', 'b']);
  });

  test('has line feeds only, whatever the file has', async () => {
    const { rows } = await read('2026-01-31T08:00:00Z a\r\n\tat b\r\n\r\n2026-01-31T08:00:00Z c\r\n');
    expect(rows.map(({ message }) => message)).toEqual(['a\n\tat b', 'c']);
  });

  test('is cut at 1 MiB and counted, be it one line or many', async () => {
    const line = `2026-01-31T08:00:00Z ${'ü'.repeat(1 << 20)}`;
    const lines = `2026-01-31T08:00:01Z a\n${`\tat ${'x'.repeat(100)}\n`.repeat(30_000)}`;
    const { rows, summary } = await read(`${line}\n${lines}2026-01-31T08:00:02Z next\n`);
    expect(summary).toMatchObject({ cutLines: 2, badLines: 0 });
    expect(rows.map(({ timestamp }) => timestamp % 60_000)).toEqual([0, 1000, 2000]);
    expect(rows.map(({ message }) => Buffer.byteLength(message) <= 1 << 20)).toEqual([true, true, true]);
    expect(rows[2]!.message).toBe('next');
  });
});

test('what is not UTF-8 is replaced, NUL is kept', async () => {
  const { rows } = await read(Buffer.from([0x61, 0xff, 0x00, 0x62, 0x0a, 0x63, 0xc3]));
  expect(rows.map(({ message }) => message)).toEqual(['a\ufffd\0b', 'c\ufffd']);
});

test.each([
  ['text', 'Starting shop 1.2\n\n2026-01-31T08:00:00Z INFO a\nb\n2026-01-31T08:00:01Z INFO c\n'],
  ['JSON lines', '{"message":"booting"}\n{"message":"a","timestamp":"2026-01-31T08:00:00Z"}\n{"message":"b"}\n'],
])('rows of %s before the first that has a time are of its time', async (_, text) => {
  const { rows } = await read(text, undefined, 'auto');
  expect(rows.length).toBeGreaterThan(2);
  const first = Date.UTC(2026, 0, 31, 8);
  expect(rows.slice(0, 3).map(({ timestamp }) => timestamp)).toEqual([first, first, first]);
});

test.each([256, 512, 1024])('a record of almost 1 MiB is whole wherever it lies: behind %i KiB', async (kib) => {
  const timed = (text: string) => `2026-01-31T08:00:00Z INFO ${text}`;
  const before = timed('x'.repeat(kib * 1024 - 100 - timed('').length - 1));
  const long = timed('y'.repeat(1_048_556 - timed('').length));
  const { rows, summary } = await read([before, long, timed('after one'), timed('after two'), ''].join('\n'));
  expect(rows.map(({ message }) => message.length)).toEqual(
    [before, long, timed('after one'), timed('after two')].map((line) => line.length - timed('').length),
  );
  expect(summary.cutLines).toBe(0);
});

test('a last line without a line feed that is no UTF-8 is mended like the others', async () => {
  const { rows } = await read(Buffer.concat([Buffer.from('a\nb '), Buffer.of(0xff, 0xfe)]));
  expect(rows.map(({ message }) => message)).toEqual(['a', 'b \ufffd\ufffd']);
});
