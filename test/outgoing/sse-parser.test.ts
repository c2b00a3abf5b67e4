import { describe, expect, test } from 'vitest';
import { SseParser } from '../../src/outgoing/sse-parser.ts';

const STREAM =
  ': hello\n\nretry: 2000\n\nid: 7\nevent: anomaly\ndata: {"a":1}\n\nevent: gap\r\ndata:{"missed":2}\r\n\r\ndata: one\ndata\ndata: three\nid\n\n';
const EVENTS = [
  { name: 'anomaly', data: '{"a":1}', lastEventId: '7' },
  { name: 'gap', data: '{"missed":2}', lastEventId: '7' },
  { name: 'message', data: 'one\n\nthree', lastEventId: '' },
];

describe('server-sent events', () => {
  test.each([1, 2, 3, 7, 1000])('are the same in pieces of %i', (size) => {
    const parser = new SseParser();
    const found = [];
    for (let at = 0; at < STREAM.length; at += size) found.push(...parser.take(STREAM.slice(at, at + size)));
    expect(found).toEqual(EVENTS);
  });

  test('without an end are bounded', () => {
    const parser = new SseParser();
    parser.take(`data: ${'x'.repeat(10 << 20)}\n`);
    expect(() => parser.take(`data: ${'x'.repeat(10 << 20)}`)).toThrow('without an end');
  });

  test('may be of any length where that is wanted', () => {
    const parser = new SseParser(Infinity);
    const text = 'x'.repeat(20 << 20);
    expect(parser.take(`data: ${text}`)).toEqual([]);
    expect(parser.take('\n\n')[0]?.data).toBe(text);
    expect(() => new SseParser(3).take('data')).toThrow('without an end');
  });
});
