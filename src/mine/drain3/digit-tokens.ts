import { FILTER_BYTES, FILTERS, FILTERS_MAX, TOKEN, TOKEN_BYTES_MAX } from '../simd/assembly/layout.ts';
import { scanner } from '../simd/scanner.ts';
import type { TokenTable } from './token-table.ts';

/** Lines after which a miner takes a filter: one of a few lines does not need it. */
const FIRST_LINES = 512;
/** Lines between two times that it does, as each costs a walk over its tokens. */
const LINES_BETWEEN = 4096;
/** With more tokens a filter would say perhaps too often. */
const TOKENS_MAX = 4096;

/** Which miner has each filter: newer over older. */
const holders = new Int32Array(FILTERS_MAX);
let miners = 0;

/**
 * The tokens with digits that one miner knows, as a Bloom filter (Bloom, "Space/time trade-offs in hash coding with
 * allowable errors", CACM 1970) which the scanner asks: the others are one and the same to Drain. A thread has a few
 * filters, which its miners take from each other; without one, nothing is left out of a line.
 */
export class DigitTokens {
  readonly #number = ++miners;
  readonly #slot = this.#number & (FILTERS_MAX - 1);
  #linesLeft = FIRST_LINES;

  /** To be called before each line: where the filter is, 0 without one. All tokens of `table` are in it. */
  filterFor(table: TokenTable): number {
    if (--this.#linesLeft === 0) this.#renew(table);
    return this.#isHeld ? this.#filter : 0;
  }

  add(source: Uint8Array, start: number, end: number): void {
    if (!this.#isHeld || end - start > TOKEN_BYTES_MAX || !hasDigit(source, start, end)) return;
    scanner?.bytes.set(source.subarray(start, end), TOKEN);
    scanner?.learnToken(this.#filter, TOKEN, TOKEN + (end - start));
  }

  /** Does without until the next renewal, which leaves the tokens out that are gone. */
  drop(): void {
    if (this.#isHeld) holders[this.#slot] = 0;
  }

  get #isHeld(): boolean {
    return holders[this.#slot] === this.#number;
  }

  get #filter(): number {
    return FILTERS + this.#slot * FILTER_BYTES;
  }

  #renew(table: TokenTable): void {
    this.#linesLeft = LINES_BETWEEN;
    if (this.#isHeld || scanner === undefined || table.count > TOKENS_MAX) return;
    scanner.forgetTokens(this.#filter);
    holders[this.#slot] = this.#number;
    table.each((bytes, start, end) => {
      this.add(bytes, start, end);
    });
  }
}

function hasDigit(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! >= 0x30 && bytes[at]! <= 0x39) return true;
  return false;
}
