import type { FileHandle } from 'node:fs/promises';

import { dateOrderIn } from '../record/date-order.ts';
import type { DateOrder } from '../record/date-order.ts';
import type { RowSink } from '../row-sink.ts';
import { binaryKind } from './binary-kind.ts';
import { noCounts } from './byte-consumer.ts';
import { consumerOf, firstTimeIn } from './first-time.ts';
import type { LinesFormat } from './first-time.ts';
import { containerLogOf } from './join-partials.ts';
import { checkOpened } from './opened-file.ts';
import { FILE_FORMATS } from './file-options.ts';
import type { FileOptions } from './file-options.ts';
import { RowWriter } from './row-writer.ts';
import { HEAD_BYTES, sniffFormat } from './sniff-format.ts';

const NEWLINE = 0x0a;

/** What the two ends of a file say of it. */
export interface FileOutline {
  path: string;
  format: LinesFormat;
  size: number;
  /** Number of the file on its disk. */
  ino: number;
  modifiedMs: number;
  /** Time of rows before the first that has one. */
  untimedMs: number;
  dateOrder: DateOrder;
  /** Times of the earliest and the latest row there, within the window; of none, the first is after the last. */
  firstMs: number;
  lastMs: number;
}

/**
 * A look at both ends of a plain file of lines, which is open; undefined of any other (binary, compressed, one array, of a
 * container, one that cannot be read).
 */
export async function outlineFile(handle: FileHandle, options: FileOptions): Promise<FileOutline | undefined> {
  const asked = FILE_FORMATS.find((name) => name === (options.format ?? 'auto'));
  if (asked === undefined) return undefined;
  try {
    const { size, mtimeMs, ino } = checkOpened(handle.fd, options.path, options.root);
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
    await handle.read(head, 0, head.length, 0);
    if (!isPlain(head) || containerLogOf(head) !== undefined) return undefined;
    if (asked !== 'text' && binaryKind(head) !== undefined) return undefined;
    const { format } = sniffFormat(head, asked);
    if (format !== 'json-lines' && format !== 'text') return undefined;
    const tail = Buffer.alloc(Math.min(size - head.length, HEAD_BYTES));
    await handle.read(tail, 0, tail.length, size - tail.length);
    const modifiedMs = Math.floor(mtimeMs);
    const dateOrder = dateOrderIn(head, modifiedMs);
    const untimedMs = firstTimeIn(head, format, modifiedMs, dateOrder);
    const { path } = options;
    const times = { modifiedMs, untimedMs, dateOrder, firstMs: Infinity, lastMs: -Infinity };
    const outline: FileOutline = { path, format, size, ino, ...times };
    lookAt(head, outline, options);
    lookAt(tail.subarray(tail.indexOf(NEWLINE) + 1), outline, options);
    return outline;
  } catch {
    return undefined; // whoever reads it says why
  }
}

/** No bytes that stand at the head of compressed files or of UTF-16, and no byte order mark. */
function isPlain(head: Buffer): boolean {
  const [first = 0x20, second = 0x20] = head;
  return first < 0x80 && first !== 0x1f && (first !== 0x28 || second < 0x80);
}

function lookAt(bytes: Buffer, outline: FileOutline, { service, startMs, endMs }: FileOptions): void {
  const sink: RowSink = {
    service: () => 0,
    add(_bytes, _start, _end, timestampMs) {
      outline.firstMs = Math.min(outline.firstMs, timestampMs);
      outline.lastMs = Math.max(outline.lastMs, timestampMs);
    },
  };
  const { format, modifiedMs, untimedMs, dateOrder } = outline;
  const rows = new RowWriter({
    sink,
    counts: noCounts(),
    service,
    untimedMs,
    dateOrder,
    startMs: startMs ?? Number.NEGATIVE_INFINITY,
    endMs: endMs ?? Number.POSITIVE_INFINITY,
  });
  consumerOf(format, rows, modifiedMs).consume(bytes, 0, bytes.length, true);
}
