import { describe, expect, it } from 'vitest';
import type { LogRow } from '../../../src/domain/row.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { NodeUnderTest } from './describe-elastic.ts';
import { fillIndex } from './documents.ts';
import type { IndexOptions } from './documents.ts';

const AT = Date.UTC(2026, 10, 20, 8);
const WINDOW = { startMs: AT, endMs: AT + 60_000 };
const ISO = new Date(AT + 1000).toISOString();

/** The row that each document gives, whatever schema wrote it. */
const SHAPES: [string, Record<string, unknown>, Partial<LogRow>][] = [
  ['ECS, nested', { message: 'm', log: { level: 'WARN' }, service: { name: 's' } }, {}],
  ['ECS, flattened', { message: 'm', 'log.level': 'warning', 'service.name': 's' }, {}],
  ['ECS, partly flattened', { message: 'm', log: { level: 'warn' }, 'service.name': 's', 'log.logger': 'x' }, {}],
  [
    'the Collector in mode otel',
    { body: { text: 'm' }, severity_number: 13, resource: { attributes: { 'service.name': 's' } } },
    {},
  ],
  [
    'the Collector in mode otel with a structured body',
    { 'body.structured': { b: 1, a: 'x' }, severity_text: 'WARN', 'resource.attributes.service.name': 's' },
    { message: '{"a":"x","b":1}' },
  ],
  [
    'the Collector in mode none',
    { Body: 'm', SeverityText: 'Warn', SeverityNumber: 14, 'Resource.service.name': 's' },
    {},
  ],
  [
    'the Collector for OpenSearch',
    { body: 'm', severity: { text: 'WARN', number: 13 }, resource: { 'service.name': 's' } },
    {},
  ],
  [
    'Data Prepper',
    { body: 'm', severityNumber: 13, serviceName: 's', 'resource.attributes.service@name': 'other' },
    {},
  ],
  ['Fluent Bit', { log: 'm\n', level: 'warn', kubernetes: { container_name: 's' } }, {}],
  ['Fluent Bit with JSON of the program', { log: '{"msg":"m","level":40,"service":"s"}' }, {}],
  [
    'a number before a text that says otherwise',
    { message: 'm', severity_number: 13, severity_text: '500', service: 's' },
    {},
  ],
  [
    'arrays',
    { message: ['m', 'second line'], log: { level: ['warn'] }, service: { name: ['s', 't'] } },
    { message: 'm\nsecond line' },
  ],
  ['attributes that hold level and service', { message: 'm', attributes: { level: 'warn', 'service.name': 's' } }, {}],
  ['no level', { message: 'm', service: { name: 's' } }, { level: 'info' }],
  [
    'no level but in the message',
    { message: 'ERROR m', service: { name: 's' } },
    { message: 'ERROR m', level: 'error' },
  ],
  ['no service', { message: 'm', log: { level: 'warn' } }, { service: 'unknown_service' }],
  [
    'no service but a container',
    { message: 'm', log: { level: 'warn' }, kubernetes: { container: { name: 's' } } },
    {},
  ],
  ['a message that is an object', { message: { msg: 'm', x: 1 }, level: 'warn', service: 's' }, {}],
  ['null fields', { message: 'm', log: { level: null }, level: 'warn', service: { name: null }, app: 's' }, {}],
  ['no message, but the line before it was taken apart', { 'event.original': 'm', level: 'warn', app: 's' }, {}],
];

/** What documents say, against a real node. */
export function describeDocuments(node: NodeUnderTest): void {
  const { declaration, pull } = node;
  let indices = 0;
  async function rowsOf(documents: unknown[], options: IndexOptions = {}, more: Record<string, string> = {}) {
    const index = `documents-${indices++}`;
    await fillIndex(node.url(), index, documents, options);
    const values = new Map(Object.entries({ url: node.url(), index, ...more }));
    return (await collectRows(declaration, pull, { values, ...WINDOW })).rows;
  }

  describe('documents', () => {
    it('gives the row of every schema, nested or flattened', async () => {
      const documents = SHAPES.map(([, document], i) => ({
        '@timestamp': new Date(AT + i).toISOString(),
        ...document,
      }));
      // Fields that clash between schemas are kept, and not searched.
      const rows = await rowsOf(documents, { dynamic: false });
      const expected = SHAPES.map(([, , over], i) => ({
        timestamp: AT + i,
        message: 'm',
        level: 'warn',
        service: 's',
        ...over,
      }));
      expect(rows.map((row, i) => ({ shape: SHAPES[i]?.[0], ...row }))).toEqual(
        expected.map((row, i) => ({ shape: SHAPES[i]?.[0], ...row })),
      );
    });

    it('gives a document without any message as its own text, with all its fields', async () => {
      const rows = await rowsOf([
        { '@timestamp': ISO, message: 'one that has' },
        { '@timestamp': ISO, disk: { used: 0.9, host: 'h1' } },
      ]);
      expect(rows.map(({ message }) => message)).toEqual(
        ['one that has', `{"@timestamp":"${ISO}","disk":{"host":"h1","used":0.9}}`].toSorted(),
      );
    });

    it('takes the fields that the user names', async () => {
      const document = {
        created: ISO,
        text: { line: 'named' },
        message: 'other',
        'sev.name': 'fatal',
        app: { id: 'shop' },
      };
      const properties = { created: { type: 'date' } };
      const fields = 'timestamp=created, message=text.line, level=sev.name, service=app.id';
      expect(await rowsOf([document], { properties }, { fields })).toEqual([
        { timestamp: AT + 1000, message: 'named', level: 'fatal', service: 'shop' },
      ]);
    });

    it('keeps lines of 1 MiB', async () => {
      const documents = Array.from({ length: 12 }, (_, i) => ({
        '@timestamp': new Date(AT + i).toISOString(),
        message: `${i % 10} ${'x'.repeat((1 << 20) - 2)}`,
      }));
      const properties = { '@timestamp': { type: 'date' }, message: { type: 'text', index: false } };
      const rows = await rowsOf(documents, { properties });
      // Compared one by one: a difference of megabytes is nothing to print.
      expect(rows.map(({ message }, i) => message === documents[i]?.message)).toEqual(documents.map(() => true));
    });

    it('shows half a character as what it is', async () => {
      const rows = await rowsOf([`{"@timestamp":"${ISO}","message":"half \\ud83d of \\ud83d\\ude00"}`], {
        properties: { '@timestamp': { type: 'date' }, message: { type: 'text', index: false } },
      });
      expect(rows.map(({ message }) => message)).toEqual(['half \u{fffd} of \u{1f600}']);
    });

    it.each<[string, unknown, unknown]>([
      ['ISO with a zone', { type: 'date' }, '2026-11-20T10:00:01.234+02:00'],
      ['epoch milliseconds', { type: 'date' }, AT + 1234],
      ['epoch milliseconds as text', { type: 'date' }, String(AT + 1234)],
      ['epoch seconds', { type: 'date', format: 'epoch_second' }, `${AT / 1000 + 1}.234`],
      ['a format of the user', { type: 'date', format: 'dd/MM/yyyy HH:mm:ss.SSS' }, '20/11/2026 08:00:01.234'],
      ['nanoseconds', { type: 'date_nanos' }, '2026-11-20T08:00:01.234999999Z'],
      ['a number of milliseconds', { type: 'long' }, AT + 1234],
      ['a number of microseconds', { type: 'long' }, `${AT + 1234}567`],
      ['a number of nanoseconds', { type: 'long' }, `${AT + 1234}567891`],
    ])('reads times as %s', async (_, type, value) => {
      const rows = await rowsOf([{ '@timestamp': value, message: 'm' }], { properties: { '@timestamp': type } });
      expect(rows.map(({ timestamp }) => timestamp)).toEqual([AT + 1234]);
    });

    it('reads times as a number of seconds', async () => {
      const rows = await rowsOf([{ '@timestamp': AT / 1000 + 1, message: 'm' }], {
        properties: { '@timestamp': { type: 'long' } },
      });
      expect(rows.map(({ timestamp }) => timestamp)).toEqual([AT + 1000]);
    });

    it.each([
      ['date_nanos', { type: 'date_nanos' }, (ns: number) => `2026-11-20T08:00:01.234${String(ns).padStart(6, '0')}Z`],
      ['long', { type: 'long' }, (ns: number) => `${AT + 1234}${String(ns).padStart(6, '0')}`],
    ])('neither loses nor doubles documents that lie nanoseconds apart (%s)', async (_, type, timeOf) => {
      const documents = Array.from({ length: 60 }, (__, i) => ({ '@timestamp': timeOf(i >> 1), message: `m ${i}` }));
      const index = `documents-${indices++}`;
      await fillIndex(node.url(), index, documents, {
        properties: { '@timestamp': type },
        settings: { number_of_shards: 3 },
      });
      const values = new Map(Object.entries({ url: node.url(), index }));
      const { rows, summary } = await collectRows(declaration, pull, { values, ...WINDOW, pageRowsMax: 7 });
      expect(rows.map(({ message }) => message)).toEqual(documents.map(({ message }) => message).toSorted());
      expect(summary.requests).toBeGreaterThan(8);
      const cut = await collectRows(declaration, pull, { values, startMs: AT + 1235, endMs: AT + 1236 });
      expect(cut.rows).toEqual([]);
    });
  });
}
