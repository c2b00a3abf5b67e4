import type { Result } from './result-row.ts';

const NEWLINE = 0x0a;
/** No event is near this; what is longer is not an export. */
const LINE_BYTES_MAX = 64 << 20;
const SHOWN_CHARS = 80;

/** A stream that is not an export as Splunk writes it. */
export class NotAnExport extends Error {
  override readonly name = 'NotAnExport';
}

/** A stream that ended cleanly, but within a line. */
export class EndedEarly extends Error {
  override readonly name = 'EndedEarly';
}

/** One line of an export: a result, messages, or the mark of its end. */
export interface ExportLine {
  /** One; several where a whole answer is one line, as other calls have it. */
  results: readonly Result[];
  messages?: unknown;
  /** Whether it says that no result follows. */
  isLast: boolean;
}

/** The lines of an export, one JSON object each. Previews, which the final results repeat, are left out. */
export async function* exportLines(body: AsyncIterable<Buffer>): AsyncGenerator<ExportLine> {
  for await (const line of linesOf(body)) {
    const text = line.bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trim();
    if (text === '') continue;
    const { preview, result, results, messages, lastrow } = parsed(text, line.isWhole);
    if (preview === undefined && messages === undefined) throw notOne(text);
    if (preview === true) {
      yield { results: [], messages, isLast: false };
      continue;
    }
    const found: unknown = results ?? (result === undefined ? [] : [result]);
    if (!Array.isArray(found) || !found.every(isObject)) throw notOne(text);
    yield { results: found, messages, isLast: lastrow === true || results !== undefined };
  }
}

function parsed(text: string, isWhole: boolean): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (!isWhole && text.startsWith('{')) throw new EndedEarly('its answer ended within a row');
    throw notOne(text);
  }
  if (!isObject(value)) throw notOne(text);
  return value;
}

function notOne(text: string): NotAnExport {
  return new NotAnExport(text.slice(0, SHOWN_CHARS));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Holds one line at a time. */
async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<{ bytes: Buffer; isWhole: boolean }> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      yield { bytes: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts), isWhole: true };
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > LINE_BYTES_MAX) throw new NotAnExport(Buffer.concat(parts, SHOWN_CHARS).toString('utf8'));
  }
  if (parts.length > 0) yield { bytes: Buffer.concat(parts), isWhole: false };
}
