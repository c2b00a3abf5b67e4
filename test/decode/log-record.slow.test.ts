import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millisecondsOf } from '../../src/decode/log-record.ts';
import { RecordColumns } from '../../src/decode/record-columns.ts';
import { decoded, rangeOf } from './decoded.ts';
import { double, encodeLines, encodeLogsRequest, pairs } from './otlp-samples.ts';
import type { SampleRecord, SampleValue } from './otlp-samples.ts';

const TRACE = '0102030405060708090a0b0c0d0e0f10';
const SPAN = 'a1a2a3a4a5a6a7a8';

function one(record: SampleRecord) {
  const [first, ...rest] = decoded(encodeLogsRequest({ service: 's', records: [record] }));
  expect(rest).toEqual([]);
  return first!;
}

const messageOf = (body: SampleValue) => one({ body }).message;

describe('the template that a record carries', () => {
  const columns = new RecordColumns({ templateAttribute: 'log.record.template' });
  const templateOf = (attributes: Record<string, SampleValue>) => {
    const bytes = encodeLogsRequest({ service: 's', records: [{ body: 'user 7', attributes }] });
    columns.begin(bytes);
    columns.append(...rangeOf(bytes));
    return Buffer.from(bytes.subarray(columns.templateStart[0], columns.templateEnd[0])).toString();
  };

  it('is the text of the attribute that was asked for', () => {
    expect(templateOf({ a: 'x', 'log.record.template': 'user <*>', 'log.record.original': 'y' })).toBe('user <*>');
  });

  it('is none where the attribute is absent or no text', () => {
    expect(templateOf({ 'log.record.templates': 'user <*>' })).toBe('');
    expect(templateOf({ 'log.record.template': 7 })).toBe('');
    expect(templateOf({})).toBe('');
  });
});

describe('the time of a record', () => {
  it('D1: is its own, else the observed one, else 0 for the time of arrival', () => {
    expect(one({ timeUnixNano: 5_000_000n, observedTimeUnixNano: 7_000_000n }).timeMs).toBe(5);
    expect(one({ timeUnixNano: 0n, observedTimeUnixNano: 7_000_000n }).timeMs).toBe(7);
    expect(one({}).timeMs).toBe(0);
  });

  it('D2: is exact to the millisecond for every unsigned 64-bit count of nanoseconds', () => {
    expect(one({ timeUnixNano: 2n ** 64n - 1n }).timeMs).toBe(18_446_744_073_709);
    expect(one({ timeUnixNano: 1_699_999_999_999_999_999n }).timeMs).toBe(1_699_999_999_999);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (nanos) => {
        const ms = millisecondsOf(Number(nanos & 0xffffffffn), Number(nanos >> 32n));
        expect(ms).toBe(Number(nanos / 1_000_000n));
      }),
      { examples: [[999_999n], [1_000_000n], [2n ** 53n * 1_000_000n - 1n], [4_294_967_296_000_000n - 1n]] },
    );
  });

  it('S19: of a far future, a far past and none at all are numbers like any other', () => {
    for (const nanos of [2n ** 64n - 1n, 0n, 1n, 2_000_000_000_000_000_000n]) {
      expect(Number.isSafeInteger(one({ timeUnixNano: nanos }).timeMs)).toBe(true);
    }
  });
});

describe('the level of a record', () => {
  it('D3: is that of its severity number, four to a level', () => {
    const levels = Array.from({ length: 24 }, (_, i) => one({ severityNumber: i + 1, severityText: 'FATAL' }).level);
    expect(levels).toEqual(['trace', 'debug', 'info', 'warn', 'error', 'fatal'].flatMap((name) => Array(4).fill(name)));
  });

  it.each([
    ['info', 'info'],
    ['Information', 'info'],
    ['warning', 'warn'],
    ['err', 'error'],
    ['CRIT', 'fatal'],
    ['Notice', 'info'],
    ['ERROR2', 'error'],
    ['nonsense', 'info'],
  ])('D4: is that of the text %s without a number', (severityText, level) => {
    expect(one({ severityText, body: 'x' }).level).toBe(level);
    expect(one({ severityText, severityNumber: 0, body: 'x' }).level).toBe(level);
  });

  it('D4: is sniffed at the head of the message when neither says, else info', () => {
    expect(one({ body: 'ERROR x' }).level).toBe('error');
    expect(one({ body: '{"level":"warn","msg":"x"}' }).level).toBe('warn');
    expect(one({ severityText: 'INFO', body: 'ERROR x' }).level).toBe('info');
    expect(one({ body: 'an error in prose' }).level).toBe('info');
  });

  it('D4: is that of a structured body’s level field, before its message is sniffed', () => {
    expect(one({ body: { level: 'warning', message: 'ERROR x' } }).level).toBe('warn');
    expect(one({ body: { PRIORITY: '2', MESSAGE: 'x' } }).level).toBe('fatal');
    expect(one({ body: { level: 50, msg: 'x' } }).level).toBe('error');
    expect(one({ body: { level: 'high', msg: 'ERROR x' } }).level).toBe('error');
  });

  it('D5: of a number outside 1 to 24 is read as if there were none', () => {
    for (const severityNumber of [-1, 25, 2 ** 31 - 1, -(2 ** 31)]) {
      expect(one({ severityNumber, severityText: 'ERROR' }).level).toBe('error');
    }
  });
});

describe('the message of a record', () => {
  it('D6: is the text of a body of any kind', () => {
    expect(messageOf('a line\nand another, ünïcode €')).toBe('a line\nand another, ünïcode €');
    expect(messageOf(true)).toBe('true');
    expect(messageOf(false)).toBe('false');
    expect(messageOf(0)).toBe('0');
    expect(messageOf(-42)).toBe('-42');
    expect(messageOf(-(2n ** 63n))).toBe('-9223372036854775808');
    expect(messageOf(2n ** 63n - 1n)).toBe('9223372036854775807');
    expect(messageOf(1.5)).toBe('1.5');
    expect(messageOf(double(Number.NaN))).toBe('NaN');
    expect(messageOf([1, 'a', null, [true]])).toBe('[1,"a",null,[true]]');
    expect(messageOf(null)).toBe('');
    expect(one({}).message).toBe('');
  });

  it('D7: is the message field of a structured body, where that is text', () => {
    expect(messageOf({ log: 'c', msg: 'b', message: 'a' })).toBe('a');
    expect(messageOf({ stream: 'stdout', log: 'the line' })).toBe('the line');
    expect(messageOf({ MESSAGE: 'from the journal', PRIORITY: '6' })).toBe('from the journal');
    expect(messageOf({ message: 7, event: 'e' })).toBe('e');
    expect(messageOf(pairs(['msg', 'first'], ['msg', 'last']))).toBe('last');
  });

  it('D7: is JSON with keys sorted of any other structured body', () => {
    const body = { b: 1, a: { d: [true, null, 1.5], c: 'x"\n\u0001' }, big: 2n ** 60n, inf: double(Infinity) };
    expect(messageOf(body)).toBe(
      `{"a":{"c":"x\\"\\n\\u0001","d":[true,null,1.5]},"b":1,"big":${2n ** 60n},"inf":"Infinity"}`,
    );
  });

  it('D7: shows bytes as text when they are UTF-8, else in hex up to a length', () => {
    expect(messageOf(new TextEncoder().encode('grüße'))).toBe('grüße');
    expect(messageOf(Uint8Array.of(0xff, 0x00, 0x1f))).toBe('ff001f');
    expect(messageOf([Uint8Array.of(0xff)])).toBe('["ff"]');
    expect(messageOf(new Uint8Array(100_000).fill(0xfe))).toBe(`${'fe'.repeat(1024)}...`);
  });

  it('D8: of a body with equal keys shows each once, the last', () => {
    expect(messageOf(pairs(['a', 1], ['a', 2], ['b', 3]))).toBe('{"a":2,"b":3}');
  });

  it('D8: takes no harm from attributes of any kind', () => {
    const attributes = { empty: null, bytes: Uint8Array.of(255), nested: { a: [{ b: null }] }, ['__proto__']: 'x' };
    expect(one({ body: 'x', attributes }).message).toBe('x');
  });

  it('D9: is the event name when the body is absent or empty', () => {
    expect(one({ eventName: 'device.app.lifecycle' }).message).toBe('device.app.lifecycle');
    expect(one({ eventName: 'e', body: '' }).message).toBe('e');
    expect(one({ eventName: 'e', body: null }).message).toBe('e');
    expect(one({ eventName: 'e', body: 'b' }).message).toBe('b');
  });

  it('G30: of a body nested 20,000 deep is cut, and nothing overflows', () => {
    let body: SampleValue = 'bottom';
    for (let i = 0; i < 1_000; i++) body = i % 2 ? [body] : { k: body };
    expect(messageOf(body)).toContain('"..."');
    expect(decoded(deepRequest(20_000))[0]!.message).toBe(`${'['.repeat(32)}"..."${']'.repeat(32)}`);
  });

  it('S12: of a body of a megabyte in 10,000 fields is bounded', () => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 'x'.repeat(100)]));
    const { message } = one({ body: fields });
    expect(message.length).toBe(65_536);
    const line = 'y'.repeat(1 << 20);
    expect(one({ body: line }).message).toBe(line);
  });

  it('S12: of rendered bodies together takes no more memory than twice the request and a little', () => {
    const record = { body: { k: '\u0001'.repeat(10_000) } };
    const bytes = encodeLogsRequest({ service: 's', records: Array.from({ length: 300 }, () => record) });
    const columns = new RecordColumns();
    columns.begin(bytes);
    columns.append(...rangeOf(bytes));
    const { scratch } = columns.body;
    expect(scratch.length).toBeLessThanOrEqual(bytes.length * 2 + (1 << 20));
    expect(columns.messageEnd[0]! - columns.messageStart[0]!).toBe(60_008);
    expect(columns.messageEnd[299]).toBe(columns.messageStart[299]);
    columns.release();
    expect(scratch.bytes.length).toBe(4096);
  });

  it('D15: takes a value that points into a table of strings as absent, and counts it', () => {
    const body = Uint8Array.of(0x40, 5); // string_value_strindex = 5
    const record = Uint8Array.of(0x2a, body.length, ...body);
    const scope = Uint8Array.of(0x12, record.length, ...record);
    const resource = Uint8Array.of(0x12, scope.length, ...scope);
    const columns = new RecordColumns();
    columns.begin(resource);
    columns.append(0, resource.length);
    expect([columns.count, columns.unresolvedValues]).toEqual([1, 1]);
    expect(columns.messageEnd[0]).toBe(columns.messageStart[0]);
  });
});

describe('the trace of a record', () => {
  it('D12: is told by ids of 16 and 8 bytes that are not all zero', () => {
    expect(one({ traceId: TRACE, spanId: SPAN })).toMatchObject({ traceId: TRACE, spanId: SPAN });
    const none = { traceId: undefined, spanId: undefined };
    expect(one({})).toMatchObject(none);
    expect(one({ traceId: '', spanId: '' })).toMatchObject(none);
    expect(one({ traceId: '00'.repeat(16), spanId: '00'.repeat(8) })).toMatchObject(none);
    expect(one({ traceId: SPAN, spanId: TRACE })).toMatchObject(none);
    // Some senders put the 32 hex digits themselves into the field.
    expect(one({ traceId: Buffer.from(TRACE).toString('hex'), body: 'x' })).toMatchObject({ ...none, message: 'x' });
  });

  it('D13: does not depend on flags of any value', () => {
    for (const flags of [0, 1, 0xff, 0xffffffff]) expect(one({ traceId: TRACE, flags }).traceId).toBe(TRACE);
  });
});

describe('columns', () => {
  it('D14: sum what senders dropped', () => {
    const records = [{ droppedAttributesCount: 3 }, { droppedAttributesCount: 4 }, {}];
    const bytes = encodeLogsRequest({ records });
    const columns = new RecordColumns();
    columns.begin(bytes);
    columns.append(...rangeOf(bytes));
    expect(columns.droppedAttributes).toBe(7);
    columns.begin(bytes);
    expect(columns.droppedAttributes).toBe(0);
  });

  it('grow with the request, keep earlier ranges, and shrink after a large one', () => {
    const columns = new RecordColumns();
    const lines = Array.from({ length: 100_000 }, (_, i) => `line ${i}`);
    const bytes = encodeLines('s', lines);
    columns.begin(bytes);
    columns.append(...rangeOf(bytes));
    columns.append(...rangeOf(bytes));
    expect(columns.count).toBe(200_000);
    for (const i of [0, 99_999, 100_000, 199_999]) {
      const message = Buffer.from(
        columns.source(i).subarray(columns.messageStart[i], columns.messageEnd[i]),
      ).toString();
      expect(message).toBe(`line ${i % 100_000}`);
    }
    columns.release();
    expect([columns.count, columns.level.length]).toEqual([0, 1024]);
  });

  it('refuse more records than their bound with both numbers', () => {
    const columns = new RecordColumns({ recordsMax: 1500 });
    const bytes = encodeLines('s', Array<string>(1500).fill('x'));
    columns.begin(bytes);
    columns.append(...rangeOf(bytes));
    expect(columns.count).toBe(1500);
    expect(() => columns.append(...rangeOf(bytes))).toThrow(/more than 1500 log records/);
    columns.begin(bytes);
    columns.append(...rangeOf(bytes));
    expect(columns.count).toBe(1500);
  });

  it('read a request in shared memory and at an offset of a larger buffer', () => {
    const bytes = encodeLogsRequest({
      service: 'ü',
      records: [{ body: 'shared', traceId: TRACE }, { body: { b: 1 } }],
    });
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 7), 7);
    shared.set(bytes);
    expect(decoded(shared)).toEqual(decoded(bytes));
    expect(decoded(shared).map(({ message }) => message)).toEqual(['shared', '{"b":1}']);
  });
});

/** A body of lists in lists, made from the inside out, as no recursive encoder could. */
function deepRequest(depth: number): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(0);
  const wrap = (field: number) => {
    const length: number[] = [];
    for (let rest = bytes.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    bytes = Buffer.concat([Uint8Array.of((field << 3) | 2, ...length), bytes]);
  };
  for (let i = 0; i < depth; i++) {
    wrap(1);
    wrap(5);
  }
  for (const field of [5, 2, 2, 1]) wrap(field);
  return bytes;
}
