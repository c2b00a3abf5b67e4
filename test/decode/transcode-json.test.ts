import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../src/decode/decode-error.ts';
import { transcodeJson } from '../../src/decode/transcode-json.ts';
import { decoded } from './decoded.ts';
import { anyValueJson, encodeLogsRequest } from './otlp-samples.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const transcode = (value: unknown) => transcodeJson(bytesOf(typeof value === 'string' ? value : JSON.stringify(value)));
const decodedJson = (value: unknown) => decoded(transcode(value).bytes);

/** A request of one record, as JSON text: `fields` is the inside of the record. */
const request = (fields: string) => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{${fields}}]}]}]}`;
const one = (fields: string) => decodedJson(request(fields))[0]!;
const RECORD = 'resourceLogs[0].scopeLogs[0].logRecords[0]';

function errorOf(text: string | Uint8Array): DecodeError {
  try {
    transcodeJson(typeof text === 'string' ? bytesOf(text) : text);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('OTLP/JSON', () => {
  it('J1: has ids in hex of either case', () => {
    const traceId = '5B8EFFF798038103D269B633813FC60C';
    const lower = one(`"traceId":"${traceId.toLowerCase()}","spanId":"eee19b7ec3c1b174"`);
    expect(lower).toMatchObject({ traceId: traceId.toLowerCase(), spanId: 'eee19b7ec3c1b174' });
    expect(one(`"traceId":"${traceId}","spanId":"EEE19B7EC3C1B174"`)).toEqual(lower);
  });

  it('J2: takes an id of another length, or that is no hex, as not set', () => {
    for (const id of ['', '00', 'W47/95gDgQPSabYzgT/GDA==', 'x'.repeat(32), '5b8efff798038103d269b633813fc60c00']) {
      expect(one(`"traceId":"${id}","spanId":"${id}","body":{"stringValue":"b"}`)).toMatchObject({
        traceId: undefined,
        spanId: undefined,
        message: 'b',
      });
    }
    expect(errorOf(request('"traceId":{"0":1}')).message).toBe(
      `${RECORD}.traceId: got an object, expected 32 hex digits in a string`,
    );
  });

  it('J3: has severities as numbers; names are accepted too, unknown names are not', () => {
    expect(one('"severityNumber":17').level).toBe('error');
    expect(one('"severityNumber":"17"').level).toBe('error');
    expect(one('"severityNumber":"SEVERITY_NUMBER_WARN3"').level).toBe('warn');
    expect(one('"severityNumber":"SEVERITY_NUMBER_UNSPECIFIED","severityText":"fatal"').level).toBe('fatal');
    expect(one('"severityNumber":99,"severityText":"fatal"').level).toBe('fatal');
    expect(errorOf(request('"severityNumber":"__proto__"')).message).toBe(
      `${RECORD}.severityNumber: got "__proto__", expected a severity number, 0 to 24`,
    );
  });

  it('J4: ignores unknown fields at any depth, whatever they hold', () => {
    const junk = '"x":{"a":[1,{"b":null},"]}\\"",-1.5e+3,true,false,[],{}]}';
    const text = `{${junk},"resourceLogs":[{${junk},"resource":{${junk},"attributes":[{${junk},"key":"service.name",
      "value":{${junk},"stringValue":"cart",${junk}}}]},"scopeLogs":[{"scope":{${junk}},"logRecords":[{${junk},
      "body":{${junk},"kvlistValue":{${junk},"values":[{${junk},"key":"k","value":{"intValue":"1"}}]}},${junk}}]}]}]}`;
    expect(decodedJson(text)).toMatchObject([{ service: 'cart', message: '{"k":1}' }]);
  });

  it('J5: has names in lowerCamelCase; snake_case is accepted too, and names with escapes', () => {
    const snake = `{"resource_logs":[{"scope_logs":[{"log_records":[{"time_unix_nano":"5000000",
      "severity_text":"ERROR","body":{"string_value":"b"},"event_name":"e"}]}]}]}`;
    expect(decodedJson(snake)).toMatchObject([{ timeMs: 5, level: 'error', message: 'b' }]);
    expect(one('"\\u0062ody":{"stringValue":"escaped"}').message).toBe('escaped');
  });

  it('J6: has integers as strings or numbers, with all their digits', () => {
    for (const [left, right] of [
      ['"', '"'],
      ['', ''],
    ]) {
      expect(one(`"timeUnixNano":${left}1699999999999999999${right}`).timeMs).toBe(1_699_999_999_999);
      expect(one(`"body":{"intValue":${left}9223372036854775807${right}}`).message).toBe('9223372036854775807');
      expect(one(`"body":{"intValue":${left}-9223372036854775808${right}}`).message).toBe('-9223372036854775808');
      expect(one(`"flags":${left}4294967295${right},"droppedAttributesCount":${left}7${right}`).message).toBe('');
    }
    expect(one('"body":{"intValue":1e3}').message).toBe('1000');
    expect(one('"timeUnixNano":1.7e18').timeMs).toBe(1_700_000_000_000);
  });

  it.each([
    ['"timeUnixNano":"-1"', 'timeUnixNano: got "-1", expected an unsigned 64-bit integer'],
    ['"timeUnixNano":"soon"', 'timeUnixNano: got "soon", expected an unsigned 64-bit integer'],
    ['"timeUnixNano":""', 'timeUnixNano: got "", expected an unsigned 64-bit integer'],
    ['"timeUnixNano":1.5', 'timeUnixNano: got 1.5, expected an unsigned 64-bit integer'],
    ['"timeUnixNano":true', 'timeUnixNano: got true, expected an unsigned 64-bit integer'],
    ['"flags":4294967296', 'flags: got 4294967296, expected an unsigned 32-bit integer'],
    ['"droppedAttributesCount":-1', 'droppedAttributesCount: got -1, expected an unsigned 32-bit integer'],
    [
      '"body":{"intValue":"9223372036854775808"}',
      'body.intValue: got "9223372036854775808", expected a signed 64-bit integer',
    ],
    ['"body":{"intValue":"1_000"}', 'body.intValue: got "1_000", expected a signed 64-bit integer'],
  ])('J6: refuses %s with the path of the field', (fields, message) => {
    const error = errorOf(request(fields));
    expect(error).toMatchObject({ code: 'malformed_json', message: `${RECORD}.${message}` });
    expect(error.path).toBe(`${RECORD}.${message.slice(0, message.indexOf(':'))}`);
  });

  it('J7: refuses a timestamp beyond 64 bits', () => {
    expect(one('"timeUnixNano":"18446744073709551615"').timeMs).toBe(18_446_744_073_709);
    for (const value of ['"18446744073709551616"', '18446744073709551616', '"99999999999999999999999"', '1e30']) {
      expect(errorOf(request(`"timeUnixNano":${value}`)).message).toBe(
        `${RECORD}.timeUnixNano: got ${value}, expected an unsigned 64-bit integer`,
      );
    }
  });

  it('J8: refuses a timestamp in two halves', () => {
    expect(errorOf(request('"timeUnixNano":{"low":1,"high":2}')).message).toBe(
      `${RECORD}.timeUnixNano: got an object, expected an unsigned 64-bit integer`,
    );
  });

  it('J9: has bytes in base64 of either alphabet, and doubles that are no numbers as strings', () => {
    for (const text of ['Z3LDvMOfZQ==', 'Z3LDvMOfZQ'])
      expect(one(`"body":{"bytesValue":"${text}"}`).message).toBe('grüße');
    for (const text of ['+/8=', '-_8=', '+\\/8']) expect(one(`"body":{"bytesValue":"${text}"}`).message).toBe('fbff');
    for (const text of ['a', 'Zg=g', 'Z Z=', 'Zg===']) {
      expect(errorOf(request(`"body":{"bytesValue":"${text}"}`)).path).toBe(`${RECORD}.body.bytesValue`);
    }
    for (const text of ['NaN', 'Infinity', '-Infinity', '1.5']) {
      expect(one(`"body":{"doubleValue":"${text}"}`).message).toBe(text);
    }
    expect(one('"body":{"doubleValue":-1.5e-3}').message).toBe('-0.0015');
    expect(errorOf(request('"body":{"doubleValue":"0x1"}')).path).toBe(`${RECORD}.body.doubleValue`);
  });

  it('J10: takes null as absent', () => {
    const nulls = '"timeUnixNano":null,"body":null,"attributes":null,"traceId":null,"severityNumber":null';
    expect(one(nulls)).toMatchObject({ message: '', timeMs: 0, level: 'info' });
    expect(transcode('{"resourceLogs":null}')).toMatchObject({ warning: '', bytes: { length: 0 } });
    expect(
      decodedJson('{"resourceLogs":[{"resource":null,"scopeLogs":[{"scope":null,"logRecords":[null]}]}]}'),
    ).toHaveLength(1);
  });

  it('J11: refuses an array of requests with a sentence that says what to do', () => {
    const error = errorOf('[{"resourceLogs":[]}]');
    expect(error.message).toMatch(/^the request: got an array, expected one object with resourceLogs \(Vector: /);
  });

  it('J12: refuses a byte order mark', () => {
    const error = errorOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d));
    expect(error.message).toBe('malformed JSON at byte 0: got byte 0xef, expected JSON without a byte order mark');
  });

  it('J13: of 20,000 levels, known or not, is read and overflows nothing', () => {
    const depth = 20_000;
    const nested = '{"arrayValue":{"values":['.repeat(depth) + ']}}'.repeat(depth);
    expect(one(`"body":${nested}`).message).toBe(`${'['.repeat(32)}"..."${']'.repeat(32)}`);
    expect(one(`"x":${'['.repeat(depth)}${']'.repeat(depth)}`).message).toBe('');
    expect(errorOf(request(`"x":${'['.repeat(200_000)}`)).message).toContain('expected at most 100000 levels');
    const cutOff = errorOf(request(`"body":${nested.slice(0, nested.indexOf(']'))}`));
    expect(cutOff.message).toMatch(/^malformed JSON at byte \d+ .+ got '}', expected a value$/);
    expect(cutOff.path.length).toBeLessThan(300);
  });

  it('J14: refuses a body that is plain text and attributes that are a map', () => {
    expect(errorOf(request('"body":"hello"')).message).toBe(`${RECORD}.body: got "hello", expected an object`);
    expect(errorOf(request('"attributes":{"a":1}')).message).toBe(
      `${RECORD}.attributes: got an object, expected an array`,
    );
    expect(errorOf(request('"body":{"stringValue":5}')).message).toBe(
      `${RECORD}.body.stringValue: got 5, expected a string`,
    );
  });

  it('J15: with no resourceLogs is taken, with a warning', () => {
    expect(transcode('{"non-otlp":"json"}')).toMatchObject({ warning: expect.stringContaining('no resourceLogs') });
    expect(decodedJson('{"non-otlp":"json"}')).toEqual([]);
    for (const fine of ['{}', ' {\n} ', '{"resourceLogs":[]}', '{"resourceLogs":[],"x":1}']) {
      expect(transcode(fine)).toMatchObject({ warning: '', bytes: { length: 0 } });
    }
  });

  it('S6: has no field that reaches a prototype', () => {
    const text = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"resourceLogs":[{"resource":
      {"attributes":[{"key":"__proto__","value":{"stringValue":"x"}},{"key":"service.name","value":{"stringValue":"__proto__"}}]},
      "scopeLogs":[{"logRecords":[{"toString":1,"__proto__":null,"body":{"kvlistValue":{"values":[{"key":"__proto__",
      "value":{"kvlistValue":{"values":[{"key":"polluted","value":{"boolValue":true}}]}}}]}}}]}]}]}`;
    expect(decodedJson(text)).toMatchObject([{ service: '__proto__', message: '{"__proto__":{"polluted":true}}' }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('has strings with escapes of every kind', () => {
    const text = '"\\\b\f\n\r\t/é€😀\u2028\u0000';
    expect(one(`"body":{"stringValue":${JSON.stringify(text)}}`).message).toBe(text);
    expect(one('"body":{"stringValue":"\\u00e9\\u20AC\\ud83d\\ude00\\/"}').message).toBe('é€😀/');
    expect(one('"body":{"stringValue":"a\\ud83d b\\ude00 c\\ud83dx"}').message).toBe('a\ufffd b\ufffd c\ufffdx');
  });

  it('gives the bytes that protobufjs gives', () => {
    const records = [
      { timeUnixNano: 1n, severityNumber: 9, severityText: 'I', body: { a: [1, -2n, 1.5, 'x'.repeat(20_000), null] } },
    ];
    const attributes = [{ key: 'service.name', value: anyValueJson('cart') }];
    const [record] = records;
    const json = {
      resourceLogs: [
        {
          resource: { attributes },
          scopeLogs: [{ logRecords: [{ ...record, timeUnixNano: '1', body: anyValueJson(record!.body) }] }],
        },
      ],
    };
    expect(Buffer.from(transcode(json).bytes)).toEqual(Buffer.from(encodeLogsRequest({ service: 'cart', records })));
  });

  it.each([
    '',
    '   ',
    'null',
    '"text"',
    '7',
    '{',
    '{"resourceLogs"',
    '{"resourceLogs":',
    '{"resourceLogs":[}',
    '{"resourceLogs":[{]}',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    "{'a':1}",
    '{"a":01}',
    '{"a":1.}',
    '{"a":-}',
    '{"a":1e}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":tru}',
    '{"a":nul}',
    '{"a":NaN}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\n"}',
    '{"a":"',
    '{"a":[1 2]}',
    '{"a":{"b"}}',
    '{"a":[1}',
    '{}{}',
    '{}\n{}',
    '{} x',
    '{"a":1}\u0000',
    '// comment\n{}',
  ])('that is not JSON is refused with the byte where it ends to be: %j', (text) => {
    const error = errorOf(text);
    expect(error.code).toBe('malformed_json');
    expect(error.message).toMatch(/malformed JSON at byte \d+.*: got .+, expected .+/);
  });

  it('is read from a Buffer and from shared memory alike', () => {
    const text = request('"traceId":"5b8efff798038103d269b633813fc60c","body":{"intValue":"7"},"severityNumber":"9"');
    const shared = new Uint8Array(new SharedArrayBuffer(text.length));
    shared.set(bytesOf(text));
    expect(transcodeJson(shared)).toEqual(transcodeJson(Buffer.from(text)));
    shared.set(bytesOf(text.replace('"9"', '"x"')));
    expect(() => transcodeJson(shared)).toThrow('got "x"');
  });

  it('says what it got in a few characters, whatever was sent', () => {
    const { message } = errorOf(request(`"timeUnixNano":"${'\\u001b[31m€'.repeat(10_000)}"`));
    expect(message.length).toBeLessThan(200);
  });
});
