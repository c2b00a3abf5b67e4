import type { ByteConsumer } from './byte-consumer.ts';
import { noCounts } from './byte-consumer.ts';
import { JsonLinesReader } from './json-lines-reader.ts';
import { JsonSequenceReader } from './json-sequence-reader.ts';
import { RowWriter } from './row-writer.ts';
import type { DateOrder } from '../record/date-order.ts';
import { HEAD_BYTES } from './sniff-format.ts';
import type { FileFormat } from './sniff-format.ts';
import { SourceError } from '../source-error.ts';
import { TextReader } from './text-reader.ts';

const NEWLINE = 0x0a;

/** Formats of which a record is a line, or some lines. */
export type LinesFormat = 'json-lines' | 'text';

export function consumerOf(format: Exclude<FileFormat, 'csv'>, rows: RowWriter, referenceMs: number): ByteConsumer {
  if (format === 'json-array') return new JsonSequenceReader(rows, referenceMs, 'array');
  if (format === 'json-sequence') return new JsonSequenceReader(rows, referenceMs, 'sequence');
  return format === 'text' ? new TextReader(rows, referenceMs) : new JsonLinesReader(rows, referenceMs);
}

/**
 * Time of the first row that says one, epoch milliseconds, which rows before it take; `modifiedMs`, when the file was
 * last written, where its first 64 KiB have none.
 */
export function firstTimeIn(
  head: Buffer,
  format: Exclude<FileFormat, 'csv'>,
  modifiedMs: number,
  dateOrder: DateOrder,
): number {
  return firstTimeBy(head, modifiedMs, dateOrder, (bytes, wholeEnd, rows) => {
    if (format === 'text' || format === 'json-lines')
      consumerOf(format, rows, modifiedMs).consume(bytes, 0, wholeEnd, true);
    else takeElements(format, bytes, rows, modifiedMs);
  });
}

/** As `firstTimeIn`, by `read`: it gets bytes that it may write to, and where the last line that is whole ends. */
export function firstTimeBy(
  head: Buffer,
  modifiedMs: number,
  dateOrder: DateOrder,
  read: (bytes: Buffer, wholeEnd: number, rows: RowWriter) => void,
): number {
  let first = NaN;
  const rows = new RowWriter({
    sink: {
      service: () => 0,
      add(_bytes, _start, _end, timestampMs) {
        if (Number.isNaN(first)) first = timestampMs;
      },
    },
    counts: noCounts(),
    service: undefined,
    untimedMs: NaN,
    dateOrder,
    startMs: Number.NEGATIVE_INFINITY,
    endMs: Number.POSITIVE_INFINITY,
  });
  // A copy: readers may write where they read.
  const bytes = Buffer.from(head.subarray(0, HEAD_BYTES));
  // Of a line that is cut the time may be, too.
  const wholeEnd = bytes.length < HEAD_BYTES ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
  read(bytes, wholeEnd, rows);
  return Number.isNaN(first) ? modifiedMs : first;
}

/** Those that are whole: an element ends by itself, on whatever line. */
function takeElements(format: 'json-array' | 'json-sequence', bytes: Buffer, rows: RowWriter, referenceMs: number) {
  try {
    consumerOf(format, rows, referenceMs).consume(bytes, 0, bytes.length, false);
  } catch (error) {
    // Whoever reads the file says what is wrong.
    if (!(error instanceof SourceError)) throw error;
  }
}
