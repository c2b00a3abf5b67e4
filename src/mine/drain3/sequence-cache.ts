import type { DrainTemplate } from './drain-template.ts';

/** Sequences longer than this cost more to read than to find again. */
const TOKENS_MAX = 96;
const SEQUENCES_MAX = 4096;
const IDS_MAX = 65_536;

/**
 * Which template a sequence of token ids found last time. An answer counts only while the leaf that gave it is
 * unchanged: tokens that no template holds all have id 0, so lines that differ in those only are one sequence.
 * Bounded: when full it is emptied, and grows only when it was worth having.
 */
export class SequenceCache {
  /** Open addressing; three numbers a slot: hash, index of the sequence + 1, where its ids begin. */
  #slots = new Int32Array(16 * 3);
  #ids = new Int32Array(64);
  #templates: (DrainTemplate | undefined)[] = [];
  #versions: number[] = [];
  #idsUsed = 0;
  #hits = 0;

  /** The template, or undefined. */
  find(ids: Int32Array, count: number, hash: number): DrainTemplate | undefined {
    const slot = this.#slotOf(ids, count, hash);
    if (slot < 0) return undefined;
    const index = this.#slots[slot + 1]! - 1;
    const template = this.#templates[index]!;
    if (template.leaf === undefined || template.leaf.version !== this.#versions[index]) return undefined;
    this.#hits++;
    return template;
  }

  /** Remembers that the sequence found `template` and changed nothing. */
  record(ids: Int32Array, count: number, hash: number, template: DrainTemplate): void {
    if (count > TOKENS_MAX) return;
    const found = this.#slotOf(ids, count, hash);
    if (found >= 0) {
      const index = this.#slots[found + 1]! - 1;
      this.#templates[index] = template;
      this.#versions[index] = template.leaf!.version;
      return;
    }
    this.#makeRoom(count);
    const index = this.#templates.length;
    this.#templates.push(template);
    this.#versions.push(template.leaf!.version);
    this.#place(hash, index + 1, this.#idsUsed);
    this.#ids[this.#idsUsed++] = count;
    for (let i = 0; i < count; i++) this.#ids[this.#idsUsed++] = ids[i]!;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#templates.length = 0;
    this.#versions.length = 0;
    this.#idsUsed = 0;
    this.#hits = 0;
  }

  /** Slot of the sequence, or a negative number. */
  #slotOf(ids: Int32Array, count: number, hash: number): number {
    const slots = this.#slots;
    const all = this.#ids;
    const mask = slots.length / 3 - 1;
    for (let at = (hash ^ (hash >>> 15)) & mask; ; at = (at + 1) & mask) {
      const slot = at * 3;
      if (slots[slot + 1] === 0) return -1;
      if (slots[slot] !== hash) continue;
      const from = slots[slot + 2]! + 1;
      if (all[from - 1] !== count) continue;
      let i = 0;
      while (i < count && all[from + i] === ids[i]) i++;
      if (i === count) return slot;
    }
  }

  #makeRoom(count: number): void {
    const sequences = this.#templates.length;
    const full = (sequences + 1) * 6 > this.#slots.length;
    const fullIds = this.#idsUsed + count + 1 > this.#ids.length;
    if (!full && !fullIds) return;
    const slotsNext = full ? this.#slots.length * 2 : this.#slots.length;
    const idsNext = fullIds ? Math.max(this.#ids.length * 2, 2 * (count + 1)) : this.#ids.length;
    const small = sequences < 64;
    if ((!small && this.#hits < sequences) || slotsNext > SEQUENCES_MAX * 6 || idsNext > IDS_MAX) {
      this.clear();
      if (this.#ids.length > count) return;
    }
    if (fullIds) {
      const larger = new Int32Array(idsNext);
      larger.set(this.#ids.subarray(0, this.#idsUsed));
      this.#ids = larger;
    }
    if (!full) return;
    const old = this.#slots;
    this.#slots = new Int32Array(slotsNext);
    for (let slot = 0; slot < old.length; slot += 3)
      if (old[slot + 1] !== 0) this.#place(old[slot]!, old[slot + 1]!, old[slot + 2]!);
  }

  #place(hash: number, index: number, from: number): void {
    const slots = this.#slots;
    const mask = slots.length / 3 - 1;
    let at = (hash ^ (hash >>> 15)) & mask;
    while (slots[at * 3 + 1] !== 0) at = (at + 1) & mask;
    slots[at * 3] = hash;
    slots[at * 3 + 1] = index;
    slots[at * 3 + 2] = from;
  }
}
