import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { noCounts } from '../../src/sources/file/byte-consumer.ts';
import type { ByteConsumer } from '../../src/sources/file/byte-consumer.ts';
import { drive } from '../../src/sources/file/drive.ts';
import { JsonLinesReader } from '../../src/sources/file/json-lines-reader.ts';
import { JsonSequenceReader } from '../../src/sources/file/json-sequence-reader.ts';
import { RowWriter } from '../../src/sources/file/row-writer.ts';
import { TextReader } from '../../src/sources/file/text-reader.ts';
import { ServiceIndex } from '../../src/sources/service-index.ts';
import { SourceError } from '../../src/sources/source-error.ts';

const referenceMs = Date.UTC(2026, 5, 1);

const readers: Record<string, (rows: RowWriter) => ByteConsumer> = {
  text: (rows) => new TextReader(rows, referenceMs),
  'JSON lines': (rows) => new JsonLinesReader(rows, referenceMs),
  'a JSON array': (rows) => new JsonSequenceReader(rows, referenceMs, 'array'),
  'a JSON sequence': (rows) => new JsonSequenceReader(rows, referenceMs, 'sequence'),
};

/** Rows, counts and failure of a reader over the pieces. */
async function outcome(makeReader: (rows: RowWriter) => ByteConsumer, pieces: Buffer[]) {
  const services = new ServiceIndex();
  const rows: unknown[] = [];
  const counts = noCounts();
  const writer = new RowWriter({
    sink: {
      service: (bytes, start, end) => services.ofBytes(bytes, start, end),
      add: (bytes, start, end, time, level, service) =>
        rows.push([Buffer.from(bytes.slice(start, end)).toString('latin1'), time, level, services.names[service]]),
    },
    counts,
    service: undefined,
    untimedMs: referenceMs,
    startMs: Number.NEGATIVE_INFINITY,
    endMs: Number.POSITIVE_INFINITY,
  });
  const failure = await drive(feed(pieces), makeReader(writer)).then(
    () => undefined,
    (error: unknown) => (error instanceof SourceError ? error.message : Promise.reject(error as Error)),
  );
  return { rows, counts, failure };
}

async function* feed(pieces: Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

const words = [
  '2026-01-31T08:00:00Z ',
  'Jan 31 08:00:00 host app[1]: ',
  '\n',
  '\r\n',
  '\n\tat x',
  '\nTraceback (most recent call last):\n',
  'KeyError: x',
  'ü',
  '😀',
  'service=cart ',
  'ERROR ',
  '{"msg":"a","service":"b","ts":1769846400}',
  '{"msg":"\\n",\n "a": {"b": [1]}}',
  '[',
  ']',
  ',',
  '{',
  '}',
  '"',
  '\\',
];
const content = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...words).map((word) => Buffer.from(word)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.concat(parts));

test.each(Object.entries(readers))(
  '%s gives the same rows however the bytes are cut into pieces',
  async (_, reader) => {
    await fc.assert(
      fc.asyncProperty(content, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), async (bytes, sizes) => {
        const pieces: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(await outcome(reader, pieces)).toEqual(await outcome(reader, [bytes]));
      }),
      { numRuns: 300 },
    );
  },
);

test.each(['text', 'JSON lines'])('%s is cut at the same place however long lines come', async (name) => {
  const head = name === 'text' ? '2026-01-31T08:00:00Z ' : '{"msg":"';
  const bytes = Buffer.from(`${head}a"}\n${head}${'x'.repeat(5 << 20)}"}\n${head}b"}\n`);
  const halves = [bytes.subarray(0, 1_500_001), bytes.subarray(1_500_001)];
  const whole = await outcome(readers[name]!, [bytes]);
  expect(whole.counts.cutLines).toBe(1);
  expect(await outcome(readers[name]!, halves)).toEqual(whole);
});
