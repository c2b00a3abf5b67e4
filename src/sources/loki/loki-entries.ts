import type { SourceError } from '../source-error.ts';

/** One line as Loki has it. */
export interface LokiEntry {
  /** Nanoseconds since the epoch. */
  timeNs: bigint;
  line: string;
  /** Labels of the stream, and the entry's structured metadata. */
  labels: Readonly<Record<string, string>>;
}

/**
 * The entries of an answer of `query_range`, newest first; entries of one nanosecond in Loki's own order.
 *
 * @param malformed makes the error for an answer that is not one of Loki's.
 * @param configuration makes the error for one to another kind of query.
 */
export function lokiEntries(
  answer: unknown,
  malformed: (sentence: string) => SourceError,
  configuration: (sentence: string) => SourceError,
): LokiEntry[] {
  const data = field(answer, 'data');
  const resultType = field(data, 'resultType');
  if (field(answer, 'status') !== 'success' || typeof resultType !== 'string') {
    throw malformed('its answer is not one of query_range: check that the address is that of Loki');
  }
  if (resultType !== 'streams') {
    throw configuration(`the query counts lines (${resultType}) rather than selecting them: leave the metric part out`);
  }
  const result = field(data, 'result');
  if (!Array.isArray(result)) throw malformed('its answer has no list of streams');
  const entries: LokiEntry[] = [];
  for (const stream of result as unknown[]) {
    const labels = field(stream, 'stream');
    const values = field(stream, 'values');
    if (!isLabels(labels) || !Array.isArray(values)) throw malformed('a stream of its answer lacks labels or values');
    for (const value of values as unknown[]) entries.push({ ...entryOf(value, malformed), labels });
  }
  return entries.toSorted((a, b) => (a.timeNs === b.timeNs ? 0 : a.timeNs < b.timeNs ? 1 : -1));
}

function entryOf(value: unknown, malformed: (sentence: string) => SourceError): Omit<LokiEntry, 'labels'> {
  if (Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string') {
    if (/^\d{1,20}$/.test(value[0])) return { timeNs: BigInt(value[0]), line: value[1] };
  }
  throw malformed('an entry of its answer is not a time in nanoseconds and a line');
}

function isLabels(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((label) => typeof label === 'string');
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
