import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { readRows } from './read-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'halfspace-traces-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Messages of the file's rows. */
async function messagesOf(text: string): Promise<string[]> {
  const path = join(folder, 'trace.log');
  writeFileSync(path, text);
  const { rows } = await readRows({ path, format: 'text' });
  return rows.map(({ message }) => message);
}

const GOROUTINES = [
  'goroutine 1 [running]:',
  'net/http.(*conn).serve(0xc000012345, 0x5)',
  '\t/usr/lib/go/src/net/http/server.go:1850 +0x1d',
  'panic({0x1, 0x2})',
  '\t/usr/lib/go/src/runtime/panic.go:890 +0x262',
  'created by main.start in goroutine 7',
  '\t/app/main.go:5 +0x11',
  '',
  'goroutine 5 [chan receive, 5 minutes]:',
  'main.(*Queue[...]).loop(...)',
  '\t/app/queue.go:3',
];

describe("a trace of Go's is one record", () => {
  test.each([
    ['behind a panic, which is none of the line before', ['panic: no such index', '', ...GOROUTINES]],
    ['with its signal', ['panic: nil pointer', '[signal SIGSEGV: code=0x1]', '', ...GOROUTINES]],
    ['of a panic in a panic', ['panic: first [recovered]', '\tpanic: second', '', ...GOROUTINES]],
    [
      'behind a fatal error',
      ['fatal error: all goroutines are asleep - deadlock!', '', ...GOROUTINES, 'exit status 2'],
    ],
    ['by itself', GOROUTINES],
  ])('%s', async (_, record) => {
    for (const end of ['\n', '\r\n']) {
      const before = '2026-01-31T08:00:00Z INFO before';
      const blank = record === GOROUTINES ? [''] : [];
      const messages = await messagesOf([before, ...blank, ...record, 'after (it all)', ''].join(end));
      expect(messages).toEqual(['before', record.join('\n'), 'after (it all)']);
    }
  });

  test('with the line that reports it', async () => {
    const lines = ['2026-01-31 08:00:00 http: panic serving 10.0.0.1:3: boom', ...GOROUTINES];
    const messages = await messagesOf([...lines, '2026-01-31 08:00:01 next'].join('\n'));
    expect(messages).toEqual([lines.join('\n').slice(20), 'next']);
  });

  test('and a panic without one leaves what follows alone', async () => {
    const lines = ['panic: full', '', 'created by hand', 'main.start()', 'goroutine pool is full', '[signal x'];
    expect(await messagesOf(lines.join('\n'))).toEqual([
      'panic: full',
      'created by hand',
      'main.start()',
      'goroutine pool is full',
      '[signal x',
    ]);
  });
});

describe('an exception of Java is of the line before that has a time', () => {
  test.each([
    ['whatever its class is called', 'com.acme.OrderFault: no such thing'],
    ['of a class in a class', 'com.acme.Shop$OrderException: no such thing'],
    ['without a message', 'com.acme.OrderFault'],
  ])('%s', async (_, exception) => {
    const lines = ['2026-01-31 08:00:00 ERROR failed', exception, '\tat com.acme.Shop.order(Shop.java:7)'];
    const messages = await messagesOf([...lines, 'Wrapped by: a.B: x', '2026-01-31 08:00:01 next'].join('\n'));
    expect(messages).toEqual([[lines.join('\n').slice(26), 'Wrapped by: a.B: x'].join('\n'), 'next']);
  });

  test('and a name alone, without a trace or a package, is a line of its own', async () => {
    const lines = ['2026-01-31 08:00:00 INFO up', 'com.acme.Shop: ready', 'Shop: ready', '\tat 8 o’clock'];
    expect(await messagesOf(lines.join('\n'))).toEqual(['up', 'com.acme.Shop: ready', 'Shop: ready\n\tat 8 o’clock']);
  });
});

test('a line that begins with digits is no exception behind a traceback', async () => {
  const lines = ['Traceback (most recent call last):', '  File "a.py", line 7, in main'];
  const messages = await messagesOf(['before', ...lines, '12:30:00 no date', 'after'].join('\n'));
  expect(messages).toEqual([['before', ...lines].join('\n'), '12:30:00 no date', 'after']);
});
