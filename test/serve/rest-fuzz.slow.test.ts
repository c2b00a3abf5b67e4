import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { useRest } from './rest-fixture.ts';

const rest = useRest();
const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) };

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    '\0',
    '-1',
    '1e309',
    'NaN',
    '9'.repeat(30),
  ),
);
const path = fc.constantFrom('/clusters', '/anomalies', '/anomalies/detect', '/detector/status', '/credentials');
const parameter = fc.oneof(fc.constantFrom('source', 'window', 'hours', 'start', 'since', 'limit', 'service'), text);

test('S15: any query gets an answer of the defined set, and nothing fails inside', async () => {
  const { call, failures } = rest();
  await fc.assert(
    fc.asyncProperty(path, fc.array(fc.tuple(parameter, text), { maxLength: 4 }), async (at, parameters) => {
      const query = parameters.map((pair) => pair.map((part) => encodeURIComponent(part.toWellFormed())).join('='));
      const { status } = await call('GET', `${at}?${query.join('&')}`);
      expect([200, 400, 405]).toContain(status);
    }),
    runs,
  );
  expect(failures).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('S15: any body gets an answer of the defined set, and nothing fails inside', async () => {
  const { call, failures } = rest();
  const almostRow = fc.record(
    { timestamp: fc.jsonValue(), message: fc.jsonValue(), level: fc.jsonValue(), service: fc.jsonValue() },
    { requiredKeys: [] },
  );
  const brokenRow = fc
    .tuple(
      fc.record({ timestamp: fc.constant(1), message: text, level: fc.constant('info'), service: text }),
      almostRow,
    )
    .map(([row, over]) => Object.assign(row, over));
  const body = fc.oneof(
    fc.jsonValue(),
    fc.string({ minLength: 1 }),
    fc.record({ logs: fc.array(brokenRow, { maxLength: 3 }) }),
    fc.record({ source: fc.constantFrom('file', 'otlp', 'x'), credentials: fc.dictionary(text, fc.jsonValue()) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('/anomalies/detect', '/credentials'), body, async (at, value) => {
      const { status } = await call('POST', at, { body: value });
      expect([200, 400]).toContain(status);
    }),
    runs,
  );
  expect(failures).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});
