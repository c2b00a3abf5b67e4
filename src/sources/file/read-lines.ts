import { closeSync, openSync, readSync } from 'node:fs';

import type { DateOrder } from '../record/date-order.ts';
import type { RowSink } from '../row-sink.ts';
import { noCounts } from './byte-consumer.ts';
import type { ReadCounts } from './byte-consumer.ts';
import { BUFFER_BYTES } from './drive.ts';
import type { LinesFormat } from './first-time.ts';
import { JsonLinesReader } from './json-lines-reader.ts';
import { checkOpened, OPEN_FLAGS } from './opened-file.ts';
import type { FileOptions } from './file-options.ts';
import { RowWriter } from './row-writer.ts';
import { SourceError } from '../source-error.ts';
import { serviceOfPath } from './service-of-path.ts';
import { TextReader } from './text-reader.ts';

const CHUNK_BYTES = 256 << 10;
const SEARCH_BYTES = 64 << 10;
const BLOCKING_BYTES_MAX = 8 << 20;
const NEWLINE = 0x0a;

/**
 * Some of a file of lines, neither compressed nor with a byte order mark: those that begin at `from` or behind it, and
 * before `to`. Of text, a record begins at both; see `textSplits`.
 */
export interface LinesPart {
  format: LinesFormat;
  /** Number of the file on its disk. */
  ino: number;
  /** Its descriptor, where it is open already and stays so. */
  fd?: number | undefined;
  from: number;
  to: number;
  /** When the file was last written, epoch milliseconds. */
  modifiedMs: number;
  /** Time of the file's rows before the first that has one, likewise. */
  untimedMs: number;
  dateOrder: DateOrder;
}

export interface LinesSummary {
  counts: ReadCounts;
  /** Of JSON. */
  lines: number;
  /** Rows, those outside the window included. */
  seen: number;
  /** Whether the first rows say no time: theirs is that of a row before the part. */
  startsUntimed: boolean;
}

/**
 * Reads a part of a file as `readFile` would read those lines. It blocks for 8 MiB at a time: whoever drives it may do
 * something else between. Throws a `SourceError` where the path leads to another file than when it was looked at.
 */
export function* readLines(
  options: FileOptions,
  part: LinesPart,
  sink: RowSink,
  tick: () => void,
): Generator<void, LinesSummary, void> {
  const counts = noCounts();
  const { startMs = Number.NEGATIVE_INFINITY, endMs = Number.POSITIVE_INFINITY } = options;
  const service = options.service ?? serviceOfPath(options.path);
  const { untimedMs, dateOrder } = part;
  const rows = new RowWriter({ sink, counts, service, untimedMs, dateOrder, startMs, endMs });
  const json = part.format === 'json-lines' ? new JsonLinesReader(rows, part.modifiedMs) : undefined;
  const reader = json ?? new TextReader(rows, part.modifiedMs);
  const buffer = sink.taker?.stretch ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const fd = part.fd ?? openSync(options.path, OPEN_FLAGS);
  try {
    if (checkOpened(fd, options.path, options.root).ino !== part.ino)
      throw new SourceError('source_not_found', `${options.path} has become another file while it was read: try again`);
    const end = lineStart(fd, part.to, buffer);
    let position = lineStart(fd, part.from, buffer);
    let filled = 0;
    let isOver = false;
    let restMax = BLOCKING_BYTES_MAX;
    while (!isOver) {
      tick();
      if (restMax <= 0) {
        restMax = BLOCKING_BYTES_MAX;
        yield;
      }
      const got = readSync(fd, buffer, filled, Math.min(CHUNK_BYTES, Math.max(0, end - position)), position);
      position += got;
      restMax -= got;
      options.onRead?.(got);
      isOver = got === 0 || position >= end;
      filled += got;
      const taken = reader.consume(buffer, 0, filled, isOver);
      buffer.copyWithin(0, taken, filled);
      filled -= taken;
    }
  } finally {
    if (part.fd === undefined) closeSync(fd);
  }
  return { counts, lines: json?.lines ?? 0, seen: rows.seen, startsUntimed: rows.startsUntimed };
}

/** Where the first line begins that does not begin before `offset`; the end of the file when there is none. */
function lineStart(fd: number, offset: number, buffer: Buffer): number {
  if (offset === 0) return 0;
  for (let position = offset - 1; ;) {
    const got = readSync(fd, buffer, 0, SEARCH_BYTES, position);
    if (got === 0) return position;
    const newline = buffer.subarray(0, got).indexOf(NEWLINE);
    if (newline !== -1) return position + newline + 1;
    position += got;
  }
}
