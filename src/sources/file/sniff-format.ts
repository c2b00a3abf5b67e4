import type { FormatWord } from '../../domain/format-word.ts';
import { csvColumns } from './csv-columns.ts';
import { skipSpace, skipValue } from './json-syntax.ts';

/** So much of a file, or little more, is looked at before it is read. */
export const HEAD_BYTES = 64 << 10;

export type FileFormat = 'json-lines' | 'json-array' | 'json-sequence' | 'csv' | 'text';

/** The same in the words that users have for it. */
export function formatWordOf(format: FileFormat | 'mixed'): FormatWord {
  return format === 'csv' || format === 'text' || format === 'mixed' ? format : 'json';
}

/** What the head of a file says about how to read it. `delimiter` is CSV's. */
export interface SniffedFormat {
  format: FileFormat;
  delimiter: string;
}

/** @param head the first bytes of the text, without a byte order mark. */
export function sniffFormat(head: Buffer, asked: 'auto' | 'json' | 'csv' | 'text'): SniffedFormat {
  const delimiter = csvDelimiter(head);
  if (asked === 'csv' || asked === 'text') return { format: asked, delimiter };
  const json = sniffJson(head);
  if (json !== undefined) return { format: json, delimiter };
  if (asked === 'json') return { format: 'json-lines', delimiter };
  const columns = firstLine(head)
    .split(delimiter)
    .map((name) => name.replaceAll('"', ''));
  const isCsv = columns.length > 1 && csvColumns(columns).message !== -1;
  return { format: isCsv ? 'csv' : 'text', delimiter };
}

function sniffJson(head: Buffer): FileFormat | undefined {
  let at = 0;
  while (at < head.length && isSpace(head[at] as number)) at++;
  if (head[at] === 0x5b) {
    let inside = at + 1;
    while (inside < head.length && isSpace(head[inside] as number)) inside++;
    // `[2026-01-31 08:00:00] text` and `[error] text` are lines of text.
    return head[inside] === 0x7b || head[inside] === 0x5d ? 'json-array' : undefined;
  }
  if (head[at] !== 0x7b) return undefined;
  const newline = head.indexOf(0x0a, at);
  if (newline === -1 || skipValue(head, at, newline) !== -1) return 'json-lines';
  return isOpenBrace(head, at, newline) ? 'json-sequence' : 'json-lines';
}

/** A first line such as `{` or `{"a": 1,`: a record that goes on over the lines that follow. */
function isOpenBrace(head: Buffer, at: number, newline: number): boolean {
  const inside = skipSpace(head, at + 1, newline);
  let last = newline - 1;
  while (last > at && isSpace(head[last] as number)) last--;
  const opens = head[last] === 0x2c || head[last] === 0x7b || head[last] === 0x5b;
  return inside === newline || (head[inside] === 0x22 && opens);
}

/** The candidate that stands most often in the first line, outside quotes. */
function csvDelimiter(head: Buffer): string {
  const line = firstLine(head).replaceAll(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

function firstLine(head: Buffer): string {
  const newline = head.indexOf(0x0a);
  return head.toString('utf8', 0, newline === -1 ? head.length : newline).trimEnd();
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
