import { Readable } from 'node:stream';

import { CsvError, parse } from 'csv-parse';
import type { Options } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';

import { sniffLevelOfText } from '../../domain/level-sniff.ts';
import { INFO, levelOfText } from '../../domain/level.ts';
import { SourceError } from '../source-error.ts';
import { LINE_BYTES_MAX, countBad } from './byte-consumer.ts';
import { csvColumns, timeOfRecord } from './csv-columns.ts';
import type { CsvColumns } from './csv-columns.ts';
import { firstTimeBy } from './first-time.ts';
import type { RowWriter } from './row-writer.ts';
import type { DateOrder } from '../record/date-order.ts';
import { TimestampReader } from '../record/timestamp-reader.ts';

const encoder = new TextEncoder();

/** CSV with a header line, by RFC 4180 and leniently: quotes within a field and missing fields are taken as they are. */
export async function readCsv(
  chunks: AsyncIterable<Buffer>,
  delimiter: string,
  rows: RowWriter,
  referenceMs: number,
): Promise<void> {
  const parser = parse(optionsFor(delimiter));
  const input = Readable.from(chunks, { objectMode: true, highWaterMark: 1 });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  const records = new CsvRecords(rows, referenceMs);
  try {
    for await (const record of parser as AsyncIterable<string[]>) records.take(record);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new SourceError('malformed_input', `malformed CSV near record ${records.taken + 1}: ${error.message}`, {
      cause: error,
    });
  }
}

/** As `firstTimeIn`. What is wrong with the records there, whoever reads the file says. */
export function firstTimeInCsv(head: Buffer, delimiter: string, modifiedMs: number, dateOrder: DateOrder): number {
  return firstTimeBy(head, modifiedMs, dateOrder, (bytes, wholeEnd, rows) => {
    const records = new CsvRecords(rows, modifiedMs);
    const take = (record: string[]): null => {
      records.take(record);
      return null;
    };
    try {
      parseSync(bytes.subarray(0, wholeEnd), { ...optionsFor(delimiter), on_record: take });
    } catch (error) {
      if (!(error instanceof CsvError) && !(error instanceof SourceError)) throw error;
    }
  });
}

function optionsFor(delimiter: string): Options {
  return {
    bom: true,
    delimiter,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LINE_BYTES_MAX,
  };
}

/** Takes the header, then records, and writes these as rows. */
class CsvRecords {
  taken = 0;
  readonly #rows: RowWriter;
  readonly #timestamps: TimestampReader;
  #columns: CsvColumns | undefined;

  constructor(rows: RowWriter, referenceMs: number) {
    this.#rows = rows;
    this.#timestamps = new TimestampReader(referenceMs, rows.dateOrder);
  }

  take(record: string[]): void {
    this.taken++;
    const columns = this.#columns;
    if (columns === undefined) this.#columns = columnsOf(record);
    else if (record.length <= columns.message)
      countBad(this.#rows.counts, this.taken, `the record has ${record.length} fields`);
    else writeRecord(record, columns, this.#rows, this.#timestamps);
  }
}

function columnsOf(header: string[]): CsvColumns {
  const columns = csvColumns(header);
  if (columns.message !== -1) return columns;
  const got = header.slice(0, 20).join(', ').slice(0, 300);
  throw new SourceError(
    'malformed_input',
    `the CSV header names no message: expected a column such as message, msg, log, text or content, got ${got}`,
  );
}

function writeRecord(record: string[], columns: CsvColumns, rows: RowWriter, timestamps: TimestampReader): void {
  const message = record[columns.message] ?? '';
  const level = levelOfText(record[columns.level] ?? '') ?? sniffLevelOfText(message) ?? INFO;
  const named = (record[columns.service] ?? '').trim();
  const hinted = rows.namedService === undefined ? (record[columns.hint] ?? '').trim() : '';
  const service = named === '' ? hinted : named;
  const bytes = encoder.encode(message);
  rows.write(
    bytes,
    0,
    bytes.length,
    timeOfRecord(record, columns, timestamps),
    level,
    service === '' ? rows.defaultService : rows.serviceOf(service),
    true,
  );
}
