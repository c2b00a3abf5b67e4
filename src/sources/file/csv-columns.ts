import {
  LEVEL_FIELDS,
  MESSAGE_FIELDS,
  SERVICE_FIELDS,
  SERVICE_HINT_FIELDS,
  TIME_FIELDS,
} from '../record/field-names.ts';
import { msOfText } from '../record/instant-value.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';

const MESSAGES = normalised([...MESSAGE_FIELDS, 'log message', 'event message', 'description', '_raw', 'raw']);
const LEVELS = normalised(LEVEL_FIELDS);
const SERVICES = normalised(SERVICE_FIELDS);
const HINTS = normalised([...SERVICE_HINT_FIELDS, 'source', 'logger']);
/** `date` and `time` are looked at apart: each may be only a half. */
const TIMES = normalised(TIME_FIELDS).filter((name) => name !== 'date' && name !== 'time');

const encoder = new TextEncoder();

/** Which columns of a CSV file hold the fields of a row; -1 where none does. */
export interface CsvColumns {
  message: number;
  level: number;
  service: number;
  hint: number;
  /** Each a list of columns whose texts, joined by a space, may be the time; the first that is one wins. */
  times: number[][];
}

export function csvColumns(header: readonly string[]): CsvColumns {
  const names = normalised(header);
  const find = (wanted: readonly string[]): number => {
    const name = wanted.find((candidate) => names.includes(candidate));
    return name === undefined ? -1 : names.indexOf(name);
  };
  const [date, time, month, day] = ['date', 'time', 'month', 'day'].map((name) => names.indexOf(name)) as [
    number,
    number,
    number,
    number,
  ];
  const times = [
    ...TIMES.flatMap((name) => (names.includes(name) ? [[names.indexOf(name)]] : [])),
    [month, date, time],
    [month, day, time],
    [date, day, time],
    [date, time],
    [time],
    [date],
  ];
  return {
    message: find(MESSAGES),
    level: find(LEVELS),
    service: find(SERVICES),
    hint: find(HINTS),
    times: times.filter((columns) => !columns.includes(-1)),
  };
}

/** Epoch milliseconds of a record, NaN when none of its columns tells. */
export function timeOfRecord(record: readonly string[], columns: CsvColumns, timestamps: TimestampReader): number {
  for (const parts of columns.times) {
    const texts = parts.map((column) => (record[column] ?? '').trim());
    const ms = msOf(texts.join(' '), timestamps);
    if (!Number.isNaN(ms)) return ms;
    // 81109 203615: a date and a time as numbers, whose leading zeros a spreadsheet has taken away.
    if (parts.length === 2 && texts.every((text) => /^\d{1,6}$/.test(text))) {
      const padded = msOf(texts.map((text) => text.padStart(6, '0')).join(' '), timestamps);
      if (!Number.isNaN(padded)) return padded;
    }
  }
  return Number.NaN;
}

function msOf(text: string, timestamps: TimestampReader): number {
  const bytes = encoder.encode(text);
  return msOfText(bytes, 0, bytes.length, timestamps);
}

function normalised(names: readonly string[]): string[] {
  return names.map((name) => name.trim().toLowerCase());
}
