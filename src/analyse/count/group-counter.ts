import { bucketWidthMs } from '../../cluster/time-buckets.ts';
import { LEVELS } from '../../domain/level.ts';
import { levelOfBytes } from '../../domain/level-sniff.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { LineKinds } from '../../mine/keyed/line-kinds.ts';
import { GROUP_SAMPLES_MAX, GroupsUnsettled } from '../../sources/pull/row-groups.ts';
import type { RecordRules, RecordTaker, RowsOutside, RowSink } from '../../sources/row-sink.ts';
import type { ServiceIndex } from '../../sources/service-index.ts';
import { copyBytes } from '../row-run.ts';
import * as at from './assembly/layout.ts';
import type { CountModule } from './count-module.ts';
import { FirstRows } from './first-rows.ts';
import type { FirstRow } from './first-rows.ts';

/** Keys and first rows of all groups together. */
const TEXT_BYTES_MAX = 64 << 20;

/** Times of the first and the last row of a window, in epoch milliseconds. */
export interface Bounds {
  firstMs: number;
  lastMs: number;
}

/** Rows of one service, one level and one key. */
export interface CountedGroup {
  service: number;
  level: LevelIndex;
  key: Uint8Array;
  rows: number;
  lastMs: number;
  /** Rows in each bucket of the window. */
  buckets: Uint32Array;
  /** The first ones in the order (time, message). */
  first: readonly FirstRow[];
}

/**
 * Counts rows in groups that the miner of the default profile cannot tell apart, instead of keeping them. In any order:
 * of each group the first rows by time and text are kept, and how many rows there are in each bucket of the window. The
 * buckets need the window's bounds before the first row: where a row is outside of those given, nothing is counted any
 * more but the rows and the bounds that they do have.
 *
 * Throws `GroupsUnsettled` when there are too many groups, or too much text in their first rows.
 */
export class GroupCounter implements RowSink, RecordTaker {
  readonly taker: RecordTaker = this;
  readonly stretch: Buffer;
  readonly #module: CountModule;
  readonly #services: ServiceIndex;
  readonly #kinds = new LineKinds();
  readonly #first: FirstRows[] = [];
  /** Groups all rows of which are kept, by their ids. */
  readonly #apart: ReadonlySet<string>;
  #textBytes = 0;
  lastMs = Number.NaN;
  lines = 0;

  constructor(module: CountModule, services: ServiceIndex, { firstMs, lastMs }: Bounds, apart: ReadonlySet<string>) {
    this.#module = module;
    this.#services = services;
    this.#apart = apart;
    this.stretch = Buffer.from(module.bytes.buffer, at.STRETCH, at.STRETCH_BYTES);
    this.#setFloat(at.MIN_MS, Infinity);
    this.#setFloat(at.MAX_MS, -Infinity);
    this.#setFloat(at.FIRST_MS, firstMs);
    this.#setFloat(at.LAST_MS, lastMs);
    this.#setFloat(at.WIDTH_MS, bucketWidthMs(lastMs - firstMs));
  }

  get rows(): number {
    return this.#float(at.ROWS);
  }

  /** Bounds that the rows have; of none, the first is after the last. */
  get bounds(): Bounds {
    return { firstMs: this.#float(at.MIN_MS), lastMs: this.#float(at.MAX_MS) };
  }

  get outside(): RowsOutside {
    const [firstMs, lastMs] = [this.#float(at.MIN_OUTSIDE_MS), this.#float(at.MAX_OUTSIDE_MS)];
    return { rows: this.#float(at.ROWS_OUTSIDE), firstMs, lastMs };
  }

  service(bytes: Uint8Array, start: number, end: number): number {
    return this.#services.ofBytes(bytes, start, end);
  }

  add(bytes: Uint8Array, start: number, end: number, timestampMs: number, level: LevelIndex, service: number): void {
    const module = this.#module;
    let from = bytes.byteOffset + start;
    if (bytes.buffer !== module.bytes.buffer) {
      if (end - start > at.MESSAGE_BYTES_MAX) throw new GroupsUnsettled('the window has messages above 1 MiB');
      from = at.MESSAGE;
      copyBytes(bytes, start, end, module.bytes, from);
    }
    this.#settle(module.takeRow(from, from + end - start, timestampMs, service, level));
  }

  begin({ defaultService, hints, startMs, endMs }: RecordRules): void {
    this.#module.numbers[at.DEFAULT_SERVICE >> 2] = defaultService;
    this.#module.numbers[at.HINTS >> 2] = hints ? 1 : 0;
    this.#setFloat(at.WINDOW_START, startMs);
    this.#setFloat(at.WINDOW_END, endMs);
  }

  take(start: number, end: number): number {
    this.lines = 0;
    this.#setFloat(at.ROWS_OUTSIDE, 0);
    this.#setFloat(at.MIN_OUTSIDE_MS, Infinity);
    this.#setFloat(at.MAX_OUTSIDE_MS, -Infinity);
    for (let from = start + at.STRETCH; ;) {
      const reason = this.#module.takeRecords(from, end + at.STRETCH);
      const lines = this.#number(at.LINES);
      if (lines > 0) this.lastMs = this.#float(at.TIME);
      this.lines += lines;
      from = this.#number(at.NEXT);
      const isOver = reason === at.AT_END || reason === at.NOT_PLAIN || !this.#settle(reason);
      if (isOver) return from - at.STRETCH;
    }
  }

  *groups(): Generator<CountedGroup> {
    for (const { number, context, key } of this.#kinds.all) {
      const own = (at.GROUPS - at.STATE + number * at.GROUP_BYTES) >> 3;
      const buckets = (at.GROUPS - at.STATE + number * at.GROUP_BYTES + at.GROUP_BUCKETS) >> 2;
      yield {
        service: context >> 3,
        level: (context & 7) as LevelIndex,
        key,
        rows: this.#module.floats[own + (at.GROUP_ROWS >> 3)]!,
        lastMs: this.#module.floats[own + (at.GROUP_LAST_MS >> 3)]!,
        buckets: new Uint32Array(this.#module.numbers.slice(buckets, buckets + at.BUCKETS).buffer),
        first: this.#first[number]!.rows,
      };
    }
  }

  /** Does what the module asks for; false when the line is for the readers after all. */
  #settle(reason: number): boolean {
    if (reason === at.AT_END) return true;
    const from = this.#number(at.FROM);
    const to = this.#number(at.TO);
    const { bytes } = this.#module;
    if (reason === at.NEW_SERVICE)
      this.#module.addName(at.SERVICE_NAMES, from, to, this.#services.ofBytes(bytes, from, to));
    else if (reason === at.NEW_LEVEL) {
      const level = levelOfBytes(bytes, from, to);
      if (level === undefined) return false;
      this.#module.addName(at.LEVEL_NAMES, from, to, level);
    } else if (reason === at.NEW_LINE) {
      const group = this.#groupOf(bytes, from, to, this.#number(at.SERVICE), this.#number(at.LEVEL));
      return this.#settle(this.#module.rememberRow(group, this.#float(at.TIME)));
    } else this.#sample(this.#number(at.GROUP), bytes, from, to, this.#float(at.TIME));
    return true;
  }

  #groupOf(bytes: Uint8Array, start: number, end: number, service: number, level: number): number {
    const { number, key } = this.#kinds.of(bytes, start, end, (service << 3) | level);
    if (number < this.#first.length) return number;
    if (number >= at.GROUPS_MAX) throw new GroupsUnsettled(`the window has more than ${at.GROUPS_MAX} kinds of lines`);
    const isApart = this.#apart.size > 0 && this.#apart.has(groupId(this.#services.names[service]!, level, key));
    this.#first.push(new FirstRows(isApart ? Infinity : GROUP_SAMPLES_MAX));
    const own = at.GROUPS + number * at.GROUP_BYTES;
    this.#module.bytes.fill(0, own, own + at.GROUP_BYTES);
    this.#setSampleMs(number, Infinity);
    this.#hold(key.length);
    return number;
  }

  #hold(bytes: number): void {
    this.#textBytes += bytes;
    if (this.#textBytes > TEXT_BYTES_MAX) throw new GroupsUnsettled('the window has too many different lines');
  }

  #sample(group: number, bytes: Uint8Array, start: number, end: number, timeMs: number): void {
    const first = this.#first[group]!;
    this.#hold(first.add(bytes, start, end, timeMs));
    this.#setSampleMs(group, first.untilMs);
  }

  #setSampleMs(group: number, timeMs: number): void {
    this.#setFloat(at.GROUPS - at.STATE + group * at.GROUP_BYTES + at.GROUP_SAMPLE_MS, timeMs);
  }

  #number(place: number): number {
    return this.#module.numbers[place >> 2]!;
  }

  #float(place: number): number {
    return this.#module.floats[place >> 3]!;
  }

  #setFloat(place: number, value: number): void {
    this.#module.floats[place >> 3] = value;
  }
}

/** By which a group is known whoever counted it. */
export function groupId(service: string, level: number, key: Uint8Array): string {
  return `${LEVELS[level]} ${service}\n${Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')}`;
}
