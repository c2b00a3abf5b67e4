import { msOfNumber } from '../record/instant-value.ts';

/**
 * A field that holds when a document was written. `nanos`: the store sorts it by nanoseconds, which a number of JSON
 * does not hold. `long`: a plain number, whose unit (s, ms, us or ns since the epoch) its size tells.
 */
export interface TimeField {
  name: string;
  kind: 'millis' | 'nanos' | 'long';
}

const LONG_MAX = 2n ** 63n - 1n;
const CANDIDATES = ['@timestamp', 'Timestamp', 'timestamp', 'time', 'ts', 'datetime', 'date', 'observedTimestamp'];

/** Fields among which the time is looked for. */
export function timeFieldNames(named: string | undefined): string[] {
  return named === undefined ? CANDIDATES : [named];
}

/** Of the types that each field has over the indices, the first field that can be read; undefined when none can. */
export function chooseTimeField(
  names: readonly string[],
  typesOf: (name: string) => ReadonlySet<string>,
): TimeField | undefined {
  for (const name of names) {
    const types = typesOf(name);
    if (types.has('date_nanos')) return { name, kind: 'nanos' };
    if (types.has('date')) return { name, kind: 'millis' };
    if (types.has('long')) return { name, kind: 'long' };
  }
  return undefined;
}

/** The query for startMs <= time < endMs. */
export function rangeOf({ name, kind }: TimeField, startMs: number, endMs: number): Record<string, unknown> {
  if (kind !== 'long') {
    const [gte, lt] = [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
    return { range: { [name]: { gte, lt, format: 'strict_date_optional_time' } } };
  }
  const seconds = { gte: Math.ceil(startMs / 1000), lt: Math.ceil(endMs / 1000) };
  const finer = [1n, 1000n, 1_000_000n].map((unit) => ({ gte: asLong(startMs, unit), lt: asLong(endMs, unit) }));
  const ranges = [seconds, ...finer].map((range) => ({ range: { [name]: range } }));
  return { bool: { should: ranges, minimum_should_match: 1 } };
}

/** How pages are sorted by it: the newest document first. An index that lacks the field has no document to sort. */
export function sortOf({ kind }: TimeField): Record<string, unknown> {
  if (kind === 'long') return { order: 'desc', unmapped_type: 'long' };
  if (kind === 'millis') return { order: 'desc', unmapped_type: 'date' };
  return { order: 'desc', unmapped_type: 'date_nanos', numeric_type: 'date_nanos' };
}

/** How its exact value is asked for beside the sort value, which JSON rounds. */
export function exactFieldOf({ name, kind }: TimeField): Record<string, unknown> | undefined {
  if (kind === 'millis') return undefined;
  return { field: name, format: kind === 'nanos' ? 'strict_date_optional_time_nanos' : '#' };
}

/**
 * The exact value by which a document is sorted.
 *
 * @param sorted the sort value as JSON gives it.
 * @param exact values of the field as `exactFieldOf` asks for them; the greatest is the one that sorts.
 * @returns undefined when these are no such values.
 */
export function sortKeyOf({ kind }: TimeField, sorted: unknown, exact: unknown): bigint | undefined {
  if (Number.isSafeInteger(sorted)) return BigInt(sorted as number);
  if (typeof sorted !== 'number' || !Array.isArray(exact)) return undefined;
  let greatest: bigint | undefined;
  for (const value of exact as unknown[]) {
    const key = kind === 'nanos' ? nanosOf(value) : integerOf(value);
    if (key !== undefined && (greatest === undefined || key > greatest)) greatest = key;
  }
  // What JSON has rounded tells whether both are the same value.
  return greatest !== undefined && Number(greatest) === sorted ? greatest : undefined;
}

/** Epoch milliseconds of a sort key, NaN when it is no time. */
export function msOfKey({ kind }: TimeField, key: bigint): number {
  if (kind === 'millis') return Number(key);
  if (kind === 'long') return msOfNumber(Number(key > 10n ** 17n ? key / 1_000_000n : key));
  return Number(key / 1_000_000n);
}

function asLong(ms: number, unit: bigint): string {
  const value = BigInt(ms) * unit;
  return String(value < LONG_MAX ? value : LONG_MAX);
}

function integerOf(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? BigInt(value) : undefined;
}

const NANO_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

function nanosOf(value: unknown): bigint | undefined {
  const match = typeof value === 'string' ? NANO_TIME.exec(value) : null;
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1]}Z`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}
