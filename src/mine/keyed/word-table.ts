import { HASH_PRIME, HASH_SEED } from '../token-hash.ts';

const BITS = 11;
const SHIFT = 32 - BITS;

/** A fixed set of ASCII words, each with a number above 0: one look at one place says whether a hash may be of one. */
export class WordTable {
  readonly #hashes = new Int32Array(1 << BITS);
  readonly #numbers = new Uint8Array(1 << BITS);
  readonly #words: string[] = [];
  #multiplier = 0x9e3779b1;

  constructor(words: ReadonlyMap<string, number>) {
    // Odd multipliers one after the other, until one sends each word to a place of its own.
    while (!this.#placed(words)) this.#multiplier = (this.#multiplier + 2) | 0;
  }

  /** Whether `hash` is that of a word of the table. */
  has(hash: number): boolean {
    return this.#hashes[Math.imul(hash, this.#multiplier) >>> SHIFT] === hash;
  }

  /** Number of the word `bytes[start, end)`, whose FNV-1a sum is `hash`; 0 when it is none of the table. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const place = Math.imul(hash, this.#multiplier) >>> SHIFT;
    if (this.#hashes[place] !== hash) return 0;
    const word = this.#words[place];
    if (word === undefined || word.length !== end - start) return 0;
    for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) !== bytes[start + i]) return 0;
    return this.#numbers[place]!;
  }

  #placed(words: ReadonlyMap<string, number>): boolean {
    this.#hashes.fill(0);
    this.#numbers.fill(0);
    for (const [word, number] of words) {
      const hash = hashWord(word);
      const place = Math.imul(hash, this.#multiplier) >>> SHIFT;
      if (this.#numbers[place] !== 0) return false;
      this.#hashes[place] = hash;
      this.#numbers[place] = number;
      this.#words[place] = word;
    }
    return true;
  }
}

function hashWord(word: string): number {
  let hash = HASH_SEED;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), HASH_PRIME);
  return hash;
}
