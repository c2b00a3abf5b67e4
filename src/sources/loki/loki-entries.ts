import type { SourceError, SourceErrorCode } from '../source-error.ts';

/** One line as Loki has it. */
export interface LokiEntry {
  /** Nanoseconds since the epoch. */
  timeNs: bigint;
  line: string;
  /** Labels of the stream, and the entry's structured metadata: one object for all entries that have the same. */
  labels: LokiLabels;
}

export type LokiLabels = Readonly<Record<string, string>>;

/** startNs <= time < endNs, nanoseconds since the epoch. */
export interface Span {
  startNs: bigint;
  endNs: bigint;
}

export type Fail = (code: SourceErrorCode, sentence: string) => SourceError;

/** The entries of an answer of `query_range` for `span`, newest first; those of one nanosecond in Loki's own order. */
export function lokiEntries(answer: unknown, span: Span, fail: Fail): LokiEntry[] {
  const data = fieldOf(answer, 'data');
  const resultType = fieldOf(data, 'resultType');
  if (fieldOf(answer, 'status') !== 'success' || typeof resultType !== 'string') {
    throw fail('malformed_answer', 'its answer is not one of query_range: check that the address is that of Loki');
  }
  if (resultType !== 'streams') {
    const sentence = `the query counts lines (${resultType}) rather than selecting them: leave the metric part out`;
    throw fail('configuration', sentence);
  }
  const result = fieldOf(data, 'result');
  if (!Array.isArray(result)) throw fail('malformed_answer', 'its answer has no list of streams');
  const entries: LokiEntry[] = [];
  for (const stream of result as unknown[]) {
    const labels = fieldOf(stream, 'stream');
    const values = fieldOf(stream, 'values');
    if (!isLabels(labels) || !Array.isArray(values)) {
      throw fail('malformed_answer', 'a stream of its answer lacks labels or values');
    }
    for (const value of values as unknown[]) entries.push({ ...entryOf(value, span, fail), labels });
  }
  return entries.toSorted((a, b) => (a.timeNs === b.timeNs ? 0 : a.timeNs < b.timeNs ? 1 : -1));
}

function entryOf(value: unknown, { startNs, endNs }: Span, fail: Fail): Omit<LokiEntry, 'labels'> {
  if (!Array.isArray(value) || typeof value[1] !== 'string' || !/^\d{1,20}$/.test(String(value[0]))) {
    throw fail('malformed_answer', 'an entry of its answer is not a time in nanoseconds and a line');
  }
  const timeNs = BigInt(String(value[0]));
  // Paging relies on it: the next page ends where this one begins.
  if (timeNs < startNs || timeNs >= endNs) {
    throw fail('malformed_answer', `an entry of its answer is of ${timeNs}, outside of what was asked for`);
  }
  return { timeNs, line: value[1] };
}

function isLabels(value: unknown): value is LokiLabels {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((label) => typeof label === 'string');
}

/** The field of an object that an answer may have; undefined otherwise. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
