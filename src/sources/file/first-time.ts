import type { RowSink } from '../row-sink.ts';
import { noCounts } from './byte-consumer.ts';
import type { ByteConsumer } from './byte-consumer.ts';
import { RowWriter } from './row-writer.ts';

/** So much of a file is looked at. */
export const FIRST_TIME_BYTES = 64 << 10;

const NEWLINE = 0x0a;
const NOWHERE: RowSink = { service: () => 0, add: () => {} };

/** Time of the first row that says one, epoch milliseconds; undefined where the head of the file has none. */
export function firstTimeIn(head: Buffer, consumerFor: (rows: RowWriter) => ByteConsumer): number | undefined {
  const rows = new RowWriter({
    sink: NOWHERE,
    counts: noCounts(),
    service: undefined,
    modifiedMs: 0,
    startMs: Number.NEGATIVE_INFINITY,
    endMs: Number.POSITIVE_INFINITY,
  });
  // A copy: readers may write where they read.
  const bytes = Buffer.from(head.subarray(0, FIRST_TIME_BYTES));
  // Of a line that is cut the time may be, too.
  const end = bytes.length < FIRST_TIME_BYTES ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
  consumerFor(rows).consume(bytes, 0, end, true);
  return Number.isNaN(rows.firstMs) ? undefined : rows.firstMs;
}
