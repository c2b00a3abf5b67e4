/**
 * What a model knows, on its way out or back in. A class names its fields once, in one method that is called for both
 * ways: each call gives the present value and takes what it is from then on. What is written and what is read can so
 * not fall apart, and another field is one line.
 *
 *     archive(state: Archive): void {
 *       this.#lines = state.count(this.#lines);
 *       state.numbers(this.#sums);
 *     }
 *
 * Whoever adds, removes or reorders fields, or changes what one means, raises `SNAPSHOT_VERSION` in score/snapshot.ts, and
 * asks {@link Archive.isOlderThan} where an older state has less to give.
 */
export interface Archive {
  /** Whether values come back: those given are then what the object had when it was made. */
  readonly restoring: boolean;
  /** Whether what comes back was written before this version: what that one added is not in it. */
  isOlderThan(version: number): boolean;
  /** Any double, NaN and the infinities too. */
  number(value: number): number;
  /** A whole number from 0 to 2^53 - 1. */
  count(value: number): number;
  flag(value: boolean): boolean;
  text(value: string): string;
  /** Of any length; what comes back is memory of its own. */
  bytes(value: Uint8Array): Uint8Array;
  /** Of any length, 32 bits each. */
  integers(value: Int32Array): Int32Array;
  /** In place, as many as there are; runs of zeros cost next to nothing. */
  numbers(values: Float64Array | Float32Array): void;
  /** As {@link numbers}, for whole ones. */
  counts(values: Uint8Array | Uint16Array | Uint32Array): void;
}

/** The bytes are not what was once written. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** Numbers from 0 to below this take one byte, which is the number. */
export const SMALL_END = 0xff;
/** A byte in front of the eight of any other number. */
export const WIDE = 0xff;

/** A list of any length: `each` is given an item, or undefined when one comes back, and answers it. */
export function archiveList<Item>(
  state: Archive,
  items: readonly Item[],
  each: (item: Item | undefined) => Item,
): Item[] {
  const length = state.count(items.length);
  const list: Item[] = [];
  for (let i = 0; i < length; i++) list.push(each(state.restoring ? undefined : items[i]!));
  return list;
}

/** Items that both sides have in one order, so that others can be told by their places. */
export class ArchivePlaces<Item> {
  readonly #items: readonly Item[];
  readonly #places: ReadonlyMap<Item, number>;

  constructor(items: readonly Item[]) {
    this.#items = items;
    this.#places = new Map(items.map((item, place) => [item, place]));
  }

  /** Some of them, in any order. */
  archive(state: Archive, some: readonly Item[]): Item[] {
    return archiveList(state, some, (item) => {
      const place = state.count(item === undefined ? 0 : (this.#places.get(item) ?? 0));
      const found = this.#items[place];
      if (found === undefined) throw new ArchiveError(`got place ${place} of ${this.#items.length}`);
      return found;
    });
  }
}
