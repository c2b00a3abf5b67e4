import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { FlatRecord } from '../../src/sources/file/flat-record.ts';
import { recordFields } from '../../src/sources/record/record-fields.ts';
import {
  CONTAINER_FIELDS,
  LEVEL_FIELDS,
  MESSAGE_FIELDS,
  SERVICE_FIELDS,
  SERVICE_HINT_FIELDS,
  SEVERITY_NUMBER_FIELDS,
  TIME_FIELDS,
} from '../../src/sources/record/field-names.ts';
import { TimestampReader } from '../../src/sources/record/timestamp-reader.ts';

const referenceMs = Date.UTC(2026, 5, 1);

const names = [
  ...TIME_FIELDS,
  ...MESSAGE_FIELDS,
  ...LEVEL_FIELDS,
  ...SERVICE_FIELDS,
  ...SERVICE_HINT_FIELDS,
  ...SEVERITY_NUMBER_FIELDS,
  ...CONTAINER_FIELDS,
];
const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '2026-01-31T08:00:00Z',
    '1769846400',
    'error',
    'WARN',
    'cart',
    '',
    ' ',
    'hello\n',
    '{"msg":"x"}',
    '[warn] x',
  ),
  fc.double(),
  fc.integer({ min: -1, max: 60 }),
  fc.constantFrom(1769846400, 1769846400123, 1769846400.123, 1.7698464e18),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...names, 'x'), scalar) },
  { weight: 1, arbitrary: fc.array(scalar) },
);
const key = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() });
/** Usable fields, so that not every record is one to decline. */
const usable = fc.tuple(
  fc.constantFrom('message', 'msg', 'log').map((name) => [name, 'a "b"'] as const),
  fc.constantFrom('time', 'ts').map((name) => [name, 1769846400] as const),
  fc.constantFrom('level', 'severity').map((name) => [name, 'error'] as const),
  fc.constantFrom('service', 'app', 'name').map((name) => [name, 'cart'] as const),
);
const entries = fc
  .tuple(fc.subarray([0, 1, 2, 3]), usable, fc.array(fc.tuple(key, value), { maxLength: 4 }))
  .chain(([kept, fields, others]) =>
    fc.shuffledSubarray([...kept.map((index) => fields[index]!), ...others], {
      minLength: kept.length + others.length,
    }),
  );
const space = fc.constantFrom('', ' ', '\t', '  ');

/** JSON text of the entries in their order, keys that come twice included. */
const text = fc.tuple(entries, space, fc.boolean()).map(([list, blank, escaped]) => {
  const fields = list.map(
    ([name, item]) =>
      `${quote(name, false)}${blank}:${blank}${typeof item === 'string' ? quote(item, escaped) : (JSON.stringify(item) ?? 'null')}`,
  );
  return `{${blank}${fields.join(`${blank},`)}}`;
});

function quote(content: string, escaped: boolean): string {
  const plain = JSON.stringify(content);
  if (!escaped) return plain;
  return plain.replaceAll(/[a-z]/g, (letter, at: number) =>
    plain[at - 1] === '\\' || /\\u[0-9a-f]{0,3}$/.test(plain.slice(Math.max(0, at - 5), at))
      ? letter
      : `\\u00${letter.charCodeAt(0).toString(16)}`,
  );
}

/** What the scanner says, in the form of `recordFields`; undefined when it declines. */
function scan(bytes: Buffer, hints: boolean) {
  const flat = new FlatRecord(new TimestampReader(referenceMs), hints);
  const end = flat.read(bytes, 0, bytes.length);
  if (end === -1) return undefined;
  return {
    end,
    fields: {
      message: Buffer.from(flat.messageBytes.subarray(flat.messageStart, flat.messageEnd)).toString(),
      timestampMs: flat.timestampMs,
      level: flat.level,
      service:
        flat.serviceEnd > flat.serviceStart ? bytes.toString('utf8', flat.serviceStart, flat.serviceEnd) : undefined,
    },
  };
}

test('where the flat scanner answers, it answers as parsing does', () => {
  let answered = 0;
  fc.assert(
    fc.property(text, fc.boolean(), (json, hints) => {
      const bytes = Buffer.from(json);
      const scanned = scan(bytes, hints);
      if (scanned === undefined) return;
      answered++;
      const parsed = recordFields(
        JSON.parse(bytes.toString()) as Record<string, unknown>,
        new TimestampReader(referenceMs),
        hints,
      );
      expect(scanned.fields).toEqual({ ...parsed, message: Buffer.from(parsed.message).toString() });
      expect(scanned.end).toBe(bytes.length);
    }),
    { numRuns: 5000 },
  );
  expect(answered).toBeGreaterThan(500);
});

test('what JSON does not allow the flat scanner does not either', () => {
  const valid = '{"message":"a\\n\\u00e9","level":"error","n":-1.5e3,"x":[true,{"y":null}],"service":"s"}';
  expect(scan(Buffer.from(valid), false)).toBeDefined();
  fc.assert(
    fc.property(
      fc.nat(valid.length - 1),
      fc.constantFrom('', '"', '\\', ',', '}', '0', ' ', '\n', 'é', '-', ':', '{', '\t'),
      (at, insert) => {
        const changed = Buffer.from(valid.slice(0, at) + insert + valid.slice(at + 1));
        const scanned = scan(changed, false);
        expect(scanned === undefined || isJson(changed.toString('utf8', 0, scanned.end))).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});

function isJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
