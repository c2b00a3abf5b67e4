import { UNKNOWN_SERVICE } from '../domain/row.ts';

/** Distinct services of one window; the rows of all further ones are counted together. */
export const SERVICES_MAX = 10_000;
/** The service that rows of services beyond the limit belong to, as in the live path. */
export const OVERFLOW_SERVICE = '_overflow';
const SERVICE_NAME_BYTES_MAX = 256;

const SLOTS = 2048;

/** Thrown by a `ServiceIndex` that admits names as they come, when there are more than it may hold. */
export class ServicesOverflow extends Error {
  override readonly name = 'ServicesOverflow';
}

/**
 * Service names as small numbers, looked up by their bytes.
 *
 * Which names get a place must not depend on the order in which rows arrive. So an index either takes whatever comes
 * and throws `ServicesOverflow` at the first name too many, or is made from a fixed set of `allowed` names and
 * answers the overflow service for all others.
 */
export class ServiceIndex {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #servicesMax: number;
  readonly #allowed: ReadonlySet<string> | undefined;
  /** Direct-mapped by a hash of the bytes, so that a name seen before costs no string. */
  readonly #slotBytes: (Uint8Array | undefined)[] = Array.from({ length: SLOTS });
  readonly #slotNumber = new Int32Array(SLOTS);
  readonly #decoder = new TextDecoder();

  constructor(servicesMax = SERVICES_MAX, allowed?: ReadonlySet<string>) {
    this.#servicesMax = servicesMax;
    this.#allowed = allowed;
  }

  ofBytes(bytes: Uint8Array, start: number, end: number): number {
    const cut = Math.min(end, start + SERVICE_NAME_BYTES_MAX);
    let hash = cut - start;
    for (let i = start; i < cut; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#slotBytes[slot];
    if (known !== undefined && known.length === cut - start && equal(known, bytes, start)) {
      return this.#slotNumber[slot] as number;
    }
    // slice, not subarray: TextDecoder refuses views of shared memory.
    const copy = bytes.slice(start, cut);
    const number = this.ofName(this.#decoder.decode(copy));
    this.#slotBytes[slot] = copy;
    this.#slotNumber[slot] = number;
    return number;
  }

  ofName(given: string): number {
    const name = serviceName(given);
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#allowed !== undefined && name !== OVERFLOW_SERVICE && !this.#allowed.has(name)) {
      return this.ofName(OVERFLOW_SERVICE);
    }
    if (this.#allowed === undefined && this.names.length >= this.#servicesMax) throw new ServicesOverflow();
    this.names.push(name);
    this.#numbers.set(name, this.names.length - 1);
    return this.names.length - 1;
  }

  /** Rank of each number when names are in order of their UTF-16 units. */
  ranks(): Uint32Array {
    const order = this.names.map((_, number) => number);
    order.sort((a, b) => ((this.names[a] as string) < (this.names[b] as string) ? -1 : 1));
    const ranks = new Uint32Array(order.length);
    order.forEach((number, rank) => (ranks[number] = rank));
    return ranks;
  }
}

/** The `count` smallest of all names that are added, whatever their order, in bounded memory. */
export class SmallestNames {
  readonly #count: number;
  #names = new Set<string>();
  /** No name above this one can be among the smallest. */
  #ceiling: string | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  add(given: string): void {
    const name = serviceName(given);
    if (this.#ceiling !== undefined && name > this.#ceiling) return;
    this.#names.add(name);
    if (this.#names.size >= 2 * this.#count) this.#cut();
  }

  result(): ReadonlySet<string> {
    this.#cut();
    return this.#names;
  }

  #cut(): void {
    if (this.#names.size <= this.#count) return;
    const kept = [...this.#names].toSorted().slice(0, this.#count);
    this.#names = new Set(kept);
    this.#ceiling = kept.at(-1);
  }
}

function serviceName(given: string): string {
  const name = given.trim();
  if (name === '') return UNKNOWN_SERVICE;
  return name.length > SERVICE_NAME_BYTES_MAX ? name.slice(0, SERVICE_NAME_BYTES_MAX) : name;
}

function equal(known: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
