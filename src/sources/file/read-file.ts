import { formatInSentence } from '../../domain/format-word.ts';
import type { RowSink } from '../row-sink.ts';
import { SourceError } from '../source-error.ts';
import { binaryKind } from './binary-kind.ts';
import { noCounts } from './byte-consumer.ts';
import type { ReadCounts } from './byte-consumer.ts';
import { drive } from './drive.ts';
import { firstTimeInCsv, readCsv } from './csv-reader.ts';
import { FILE_FORMATS } from './file-options.ts';
import type { FileOptions } from './file-options.ts';
import { containerLogOf, joinPartials } from './join-partials.ts';
import { consumerOf, firstTimeIn } from './first-time.ts';
import { dateOrderIn } from '../record/date-order.ts';
import { openChunks } from './open-chunks.ts';
import { RowWriter } from './row-writer.ts';
import { serviceOfPath } from './service-of-path.ts';
import { formatWordOf, HEAD_BYTES, sniffFormat } from './sniff-format.ts';
import type { FileFormat } from './sniff-format.ts';

export interface FileSummary extends ReadCounts {
  format: FileFormat;
}

/**
 * Streams a log file's rows into `sink`: memory is a few megabytes, whatever the file's size.
 *
 * Lines that the format does not explain are counted and skipped, unless there is nothing else: then, and when the
 * file cannot be read or is binary, a `SourceError` says so. A row without a time takes that of the row before it. Rows before the
 * first that has one take its time where that is in the first 64 KiB, and elsewhere that of the file's last modification.
 *
 * @param tick called between chunks; what it throws ends the reading.
 */
export async function readFile(options: FileOptions, sink: RowSink, tick: () => void = () => {}): Promise<FileSummary> {
  const asked = FILE_FORMATS.find((name) => name === (options.format ?? 'auto'));
  if (asked === undefined) {
    const got = JSON.stringify(String(options.format).slice(0, 40));
    throw new SourceError(
      'unknown_format',
      `the file format ${got} is not known: use one of ${FILE_FORMATS.join(', ')}`,
    );
  }
  const { modifiedMs, chunks } = await openChunks(options.path, options.root, options.onRead);
  const counts = noCounts();
  const iterator = ticking(chunks, tick);
  try {
    const head = await readHead(iterator);
    const binary = asked === 'text' ? undefined : binaryKind(head);
    if (binary !== undefined) {
      throw new SourceError('source_not_a_file', `cannot read ${options.path}: it is ${binary.is}. ${binary.advice}`);
    }
    const { format, delimiter } = sniffFormat(head, asked);
    const container = containerLogOf(head);
    const dateOrder = dateOrderIn(head.subarray(0, HEAD_BYTES), modifiedMs);
    const whole = withHead(head, iterator);
    const all = container === undefined ? whole : joinPartials(whole, container);
    const firstMs = () =>
      format === 'csv'
        ? firstTimeInCsv(head, delimiter, modifiedMs, dateOrder)
        : firstTimeIn(head, format, modifiedMs, dateOrder);
    const rows = new RowWriter({
      sink,
      counts,
      service: options.service ?? serviceOfPath(options.path),
      // Lines of a container all have their time.
      untimedMs: container === undefined ? firstMs() : modifiedMs,
      dateOrder,
      startMs: options.startMs ?? Number.NEGATIVE_INFINITY,
      endMs: options.endMs ?? Number.POSITIVE_INFINITY,
    });
    if (format === 'csv') await readCsv(all, delimiter, rows, modifiedMs);
    else await drive(all, consumerOf(format, rows, modifiedMs), sink.taker?.stretch);
    if (rows.seen === 0 && counts.firstBad !== undefined) throw nothingGood(options.path, format, counts);
    return { format, ...counts };
  } finally {
    await iterator.return(undefined);
  }
}

async function* ticking(chunks: AsyncIterable<Buffer>, tick: () => void): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) {
    tick();
    yield chunk;
  }
}

/** At least the first 64 KiB of the text, or all of it, without a byte order mark. */
async function readHead(chunks: AsyncGenerator<Buffer, void, undefined>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let length = 0; length < HEAD_BYTES;) {
    const next = await chunks.next();
    if (next.done === true) break;
    // A copy: the piece itself may be used again for the next one.
    parts.push(Buffer.from(next.value));
    length += next.value.length;
  }
  const head = Buffer.concat(parts);
  const hasMark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  return hasMark ? head.subarray(3) : head;
}

async function* withHead(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

function nothingGood(path: string, format: FileFormat, counts: ReadCounts): SourceError {
  const { line, problem } = counts.firstBad ?? { line: 1, problem: 'nothing' };
  return new SourceError(
    'malformed_input',
    `malformed ${formatInSentence(formatWordOf(format))} at line ${line} of ${path}, and no line is better: ${problem}. ` +
      'If the file is plain text, set its format to text (FILE_FORMAT)',
  );
}
