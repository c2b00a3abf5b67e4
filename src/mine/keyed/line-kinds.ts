import { isKey, keyBytes } from './key-bytes.ts';
import { scanPlainly } from './plain-line.ts';
import { scratch } from './scratch.ts';

/**
 * Lines with one key: a miner of the default profile cannot tell them apart, so in any state they all find, or make, the
 * same template.
 */
export interface LineKind {
  /** In the order in which kinds were met, from 0. */
  readonly number: number;
  /** What the caller keeps apart. */
  readonly context: number;
  readonly key: Uint8Array;
}

/** The kinds of line that were met, by their keys and a number of the caller's. Holds all of them: the caller bounds them. */
export class LineKinds {
  readonly all: LineKind[] = [];
  readonly #byHash = new Map<number, LineKind[]>();

  of(message: Uint8Array, start: number, end: number, context: number): LineKind {
    const bytes = scanPlainly(message, start, end);
    const hash = scratch.sum[scratch.keyCount]! ^ Math.imul(context, 0x9e3779b1);
    const same = this.#byHash.get(hash);
    const known = same?.find((kind) => kind.context === context && isKey(kind.key, bytes));
    if (known !== undefined) return known;
    const made = { number: this.all.length, context, key: keyBytes(bytes) };
    this.all.push(made);
    if (same === undefined) this.#byHash.set(hash, [made]);
    else same.push(made);
    return made;
  }
}
