import { SHAPE_OVERHEAD } from './keyed-template.ts';
import type { KeyedTemplate, Shape } from './keyed-template.ts';
import { keyBytes } from './key-bytes.ts';
import { ShapeTable } from './shape-table.ts';

/** Of one template. */
const KEYS_MAX = 64;
/** Of one service. */
const WEIGHT_MAX = 1 << 20;
/** Keys seen once of late, by their hash: only what comes again is worth a place. */
const SEEN = 256;

/**
 * Keys that a template's open runs let in, so that they are not looked for again each time. They are held apart from
 * the keys that templates are made and merged by, so that nothing depends on which lines came more than once.
 */
export class RecalledKeys {
  #table = new ShapeTable();
  #weight = 0;
  readonly #seen = new Int32Array(SEEN);

  get heldBytes(): number {
    return this.#weight + this.#table.heldBytes + this.#seen.byteLength;
  }

  /** The template of the key in `scratch`, of the message `bytes`. */
  find(hash: number, bytes: Uint8Array): KeyedTemplate | undefined {
    return this.#table.find(hash, bytes);
  }

  /** The key in `scratch` was let in by `template`. */
  note(hash: number, bytes: Uint8Array, template: KeyedTemplate): void {
    if (this.#seen[hash & (SEEN - 1)] === hash) this.#add({ hash, key: keyBytes(bytes), template });
    else this.#seen[hash & (SEEN - 1)] = hash;
  }

  forget(template: KeyedTemplate): void {
    this.#trim(template, 0);
  }

  /** Takes over what `from` has of `template`, for its `twin` of another miner. */
  copy(from: RecalledKeys, template: KeyedTemplate, twin: KeyedTemplate): void {
    for (const { hash, key } of template.recalled) this.#add({ hash, key, template: twin });
    this.#seen.set(from.#seen);
  }

  #add(shape: Shape): void {
    const weight = SHAPE_OVERHEAD + shape.key.length;
    if (this.#weight + weight > WEIGHT_MAX) return;
    this.#weight += weight;
    shape.template.recalled.push(shape);
    this.#table.add(shape);
    this.#trim(shape.template, KEYS_MAX);
  }

  #trim({ recalled }: KeyedTemplate, keysMax: number): void {
    while (recalled.length > keysMax) {
      const shape = recalled.shift()!;
      this.#table.delete(shape);
      this.#weight -= SHAPE_OVERHEAD + shape.key.length;
    }
  }
}
