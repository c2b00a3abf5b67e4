import { archiveList } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import { hashToken } from '../token-hash.ts';
import { hasDigit } from './mask-reference.ts';

/** Ids that are no token of a template: one that is not known, and Drain's own `<*>`. */
export const UNKNOWN = 0;
export const WILDCARD = 1;

/** Fields of an entry: where its bytes begin, how many they are, their hash, how many templates and tree keys hold it. */
const STRIDE = 4;
const [OFFSET, LENGTH, HASH, HOLDERS] = [0, 1, 2, 3] as const;
/** Bytes of an entry and its slots. */
const TOKEN_OVERHEAD = 32;
/** Length of an entry whose number is free. */
const FREE = -1;

/**
 * One generation of token bytes, entry `id` at `entries[id * 4]`. Bytes are only ever appended and entries never reused
 * within a generation, so that a template that was evicted can still be read through the generation it died in.
 */
interface Generation {
  bytes: Uint8Array;
  bytesUsed: number;
  entries: Int32Array;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const WILDCARD_BYTES = Uint8Array.from('<*>', (character) => character.charCodeAt(0));

/**
 * The tokens that stand in some template or tree key of one service, each with a small number. A token whose last holder
 * went keeps its number until {@link sweep}, which gives numbers free for others: whoever remembers numbers
 * forgets them when `sweeps` changes.
 */
export class TokenTable {
  generation: Generation;
  /** Open addressing: hash and id of each slot, id 0 for an empty one. */
  #slots: Int32Array;
  #used = 0;
  /** Tokens that nobody holds, and their bytes. */
  #dead = 0;
  #deadBytes = 0;
  #next = 1;
  #free: number[] = [];
  sweeps = 0;

  constructor() {
    this.generation = { bytes: new Uint8Array(256), bytesUsed: 0, entries: new Int32Array(32 * STRIDE) };
    this.#slots = new Int32Array(64 * 2);
    this.hold(this.intern(WILDCARD_BYTES, 0, 3, hashToken(WILDCARD_BYTES, 0, 3)));
  }

  /** Number of the token `source[start, end)`, {@link UNKNOWN} when there is none. */
  find(source: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    for (let slot = spread(hash) & mask; ; slot = (slot + 2) & mask) {
      const id = slots[slot + 1]!;
      if (id === 0) return UNKNOWN;
      if (slots[slot] === hash && this.#equal(id, source, start, end)) return id;
    }
  }

  #equal(id: number, source: Uint8Array, start: number, end: number): boolean {
    const { entries, bytes } = this.generation;
    const length = end - start;
    if (entries[id * STRIDE + LENGTH] !== length) return false;
    const offset = entries[id * STRIDE + OFFSET]! - start;
    for (let at = start; at < end; at++) if (bytes[offset + at] !== source[at]) return false;
    return true;
  }

  /** Like {@link find}, but gives the token a number when it has none. Nobody holds a new token yet: call {@link hold}. */
  intern(source: Uint8Array, start: number, end: number, hash: number): number {
    const found = this.find(source, start, end, hash);
    if (found !== UNKNOWN) return found;
    const id = this.#free.pop() ?? this.#next++;
    const generation = this.generation;
    if ((id + 1) * STRIDE > generation.entries.length)
      generation.entries = grown(generation.entries, (id + 1) * STRIDE);
    const offset = generation.bytesUsed;
    const length = end - start;
    if (offset + length > generation.bytes.length) generation.bytes = grownBytes(generation.bytes, offset + length);
    copyBytes(source, start, generation.bytes, offset, length);
    generation.bytesUsed = offset + length;
    const entry = id * STRIDE;
    generation.entries[entry + OFFSET] = offset;
    generation.entries[entry + LENGTH] = length;
    generation.entries[entry + HASH] = hash;
    generation.entries[entry + HOLDERS] = 0;
    this.#dead++;
    this.#deadBytes += length;
    if (++this.#used * 4 > this.#slots.length) this.#rehash(this.#slots.length * 2);
    else this.#place(hash, id);
    return id;
  }

  /** Tokens that have a number. */
  get count(): number {
    return this.#used;
  }

  each(visit: (bytes: Uint8Array, start: number, end: number) => void): void {
    const { bytes, entries } = this.generation;
    for (let entry = STRIDE; entry < this.#next * STRIDE; entry += STRIDE) {
      const length = entries[entry + LENGTH]!;
      if (length !== FREE) visit(bytes, entries[entry + OFFSET]!, entries[entry + OFFSET]! + length);
    }
  }

  hold(id: number): void {
    const { entries } = this.generation;
    if (entries[id * STRIDE + HOLDERS]!++ > 0) return;
    this.#dead--;
    this.#deadBytes -= entries[id * STRIDE + LENGTH]!;
  }

  release(id: number): void {
    const { entries } = this.generation;
    if (--entries[id * STRIDE + HOLDERS]! > 0) return;
    this.#dead++;
    this.#deadBytes += entries[id * STRIDE + LENGTH]!;
  }

  /** Bytes that the tokens in use ask for, tables included. */
  get weight(): number {
    return this.#textBytes + (this.#used - this.#dead) * TOKEN_OVERHEAD;
  }

  /** Bytes of text that templates and tree keys hold. */
  get #textBytes(): number {
    return this.generation.bytesUsed - this.#deadBytes;
  }

  /** Bytes of memory behind it. */
  get heldBytes(): number {
    return this.generation.bytes.length + this.generation.entries.byteLength + this.#slots.byteLength;
  }

  /** Whether {@link sweep} is worth its cost, so that the table stays in proportion to the templates. */
  get wasteful(): boolean {
    return (
      (this.#dead > 64 && this.#dead * 2 > this.#used) ||
      (this.#deadBytes > 16_384 && this.#deadBytes > this.#textBytes)
    );
  }

  /** Forgets the tokens that nobody holds. The others keep their numbers. */
  sweep(): void {
    const old = this.generation;
    const live = this.#used - this.#dead;
    const bytes = new Uint8Array(Math.max(256, this.#textBytes * 2));
    const entries = old.entries.slice();
    this.#free = [];
    let bytesUsed = 0;
    for (let id = this.#next - 1; id > 0; id--) {
      const entry = id * STRIDE;
      if (entries[entry + HOLDERS] === 0) {
        this.#free.push(id);
        entries[entry + LENGTH] = FREE;
        continue;
      }
      const offset = entries[entry + OFFSET]!;
      const length = entries[entry + LENGTH]!;
      copyBytes(old.bytes, offset, bytes, bytesUsed, length);
      entries[entry + OFFSET] = bytesUsed;
      bytesUsed += length;
    }
    this.generation = { bytes, bytesUsed, entries };
    this.#used = live;
    this.#dead = 0;
    this.#deadBytes = 0;
    this.sweeps++;
    let size = 128;
    while (size < live * 8) size *= 2;
    this.#rehash(size);
  }

  hasDigit(id: number): boolean {
    const { bytes, entries } = this.generation;
    const offset = entries[id * STRIDE + OFFSET]!;
    const length = entries[id * STRIDE + LENGTH]!;
    let wide = false;
    for (let at = offset; at < offset + length; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x30 && byte <= 0x39) return true;
      if (byte >= 0x80) wide = true;
    }
    return wide && hasDigit(decoder.decode(bytes.subarray(offset, offset + length)));
  }

  clone(): TokenTable {
    const copy = new TokenTable();
    const { bytes, bytesUsed, entries } = this.generation;
    copy.generation = { bytes: bytes.slice(), bytesUsed, entries: entries.slice() };
    copy.#slots = this.#slots.slice();
    copy.#used = this.#used;
    copy.#dead = this.#dead;
    copy.#deadBytes = this.#deadBytes;
    copy.#next = this.#next;
    copy.#free = this.#free.slice();
    return copy;
  }

  archive(state: Archive): void {
    const { bytes, bytesUsed, entries } = this.generation;
    const used = state.bytes(bytes.subarray(0, bytesUsed));
    const known = state.integers(entries.subarray(0, this.#next * STRIDE));
    this.#used = state.count(this.#used);
    this.#dead = state.count(this.#dead);
    this.#deadBytes = state.count(this.#deadBytes);
    this.#next = state.count(this.#next);
    this.#free = archiveList(state, this.#free, (id) => state.count(id ?? 0));
    const slots = state.count(this.#slots.length);
    if (!state.restoring) return;
    this.generation = { bytes: used, bytesUsed: used.length, entries: known };
    this.#rehash(slots);
  }

  #rehash(size: number): void {
    this.#slots = new Int32Array(size);
    const { entries } = this.generation;
    for (let id = 1; id < this.#next; id++)
      if (entries[id * STRIDE + LENGTH] !== FREE) this.#place(entries[id * STRIDE + HASH]!, id);
  }

  #place(hash: number, id: number): void {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = spread(hash) & mask;
    while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
    slots[slot] = hash;
    slots[slot + 1] = id;
  }
}

/** Text of the tokens, joined by a space. */
export function textOf(generation: Generation, tokens: readonly number[]): string {
  const { bytes, entries } = generation;
  let size = tokens.length;
  for (const id of tokens) size += entries[id * STRIDE + LENGTH]!;
  const text = new Uint8Array(size);
  let to = 0;
  for (const id of tokens) {
    const offset = entries[id * STRIDE + OFFSET]!;
    const length = entries[id * STRIDE + LENGTH]!;
    text.set(bytes.subarray(offset, offset + length), to);
    to += length;
    text[to++] = 0x20;
  }
  return decoder.decode(text.subarray(0, Math.max(0, to - 1)));
}

/** An even slot; the high bits of an FNV sum are the better ones. */
function spread(hash: number): number {
  return (hash ^ (hash >>> 15)) << 1;
}

/** For tokens, which are short, a loop is quicker than a view and `set`. */
function copyBytes(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
}

function grown(array: Int32Array, need: number): Int32Array {
  const larger = new Int32Array(Math.max(need, array.length * 2));
  larger.set(array);
  return larger;
}

function grownBytes(array: Uint8Array, need: number): Uint8Array {
  const larger = new Uint8Array(Math.max(need, array.length * 2));
  larger.set(array);
  return larger;
}
