import { murmur3 } from '../domain/fingerprint.ts';
import { OWN_ALERTS_ATTRIBUTE } from '../domain/own-alerts.ts';
import { UNKNOWN_SERVICE } from '../domain/row.ts';
import { LENGTH, VARINT } from './protobuf-reader.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import { isKey, readStringAttribute } from './string-attribute.ts';
import type { StringAttribute } from './string-attribute.ts';
import { codePointBoundary } from './utf8.ts';

/** Longer names are cut, at a code point. */
const SERVICE_NAME_BYTES_MAX = 256;

/** Power of two; a name that collides with another is built again, nothing else. */
const CACHE_SLOTS = 16_384;
const SHARD_SEED = 0x5eed;
const OWN_ALERTS = new TextEncoder().encode(OWN_ALERTS_ATTRIBUTE);

const ATTRIBUTES = (1 << 3) | LENGTH;
const DROPPED_ATTRIBUTES = (2 << 3) | VARINT;

export interface ServiceName {
  readonly name: string;
  /** The shard that owns the service. */
  readonly shard: number;
}

export interface ServiceNamesOptions {
  /** Resource attributes to try, in order; the first that is a non-empty string is the service. */
  attributes: readonly string[];
  shards: number;
}

/**
 * Tells services by their resources, without building a string for a name that was seen before.
 *
 * The service is the attribute `service.name` alone (or those of `attributes`): `service.namespace` does not enter it,
 * as no row of any other source knows it. Control characters and whatever else stands in a name are kept: it is data.
 */
export class ServiceNames {
  readonly unknown: ServiceName;
  readonly #attributes: Uint8Array[];
  readonly #shards: number;
  readonly #slots: (Slot | undefined)[] = Array.from({ length: CACHE_SLOTS });
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #attribute: StringAttribute = { keyStart: 0, keyEnd: 0, start: 0, end: 0 };
  #isOwn = false;
  #rank = 0;
  #start = 0;
  #end = 0;

  constructor(options: ServiceNamesOptions) {
    const encoder = new TextEncoder();
    this.#attributes = options.attributes.map((attribute) => encoder.encode(attribute));
    this.#shards = options.shards;
    this.unknown = { name: UNKNOWN_SERVICE, shard: shardOf(UNKNOWN_SERVICE, options.shards) };
  }

  /** Forgets what `see` saw; call before the first `Resource` of a `ResourceLogs`. */
  begin(): void {
    this.#rank = this.#attributes.length;
    this.#isOwn = false;
  }

  /** Whether what was seen since `begin` bears the mark of our own alerts. */
  get isOwnAlerts(): boolean {
    return this.#isOwn;
  }

  /** Reads one `Resource` message from `reader.at` to `end`. Several of them count as one (protobuf's merge). */
  see(reader: ProtobufReader, end: number): void {
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === ATTRIBUTES) this.#seeAttribute(reader, reader.lengthEnd(end));
      else if (tag === DROPPED_ATTRIBUTES) reader.varint(end);
      else reader.skipUnknown(tag, end, 0b110, 'Resource');
    }
  }

  /** The service of what was seen since `begin`. */
  resolve(bytes: Uint8Array): ServiceName {
    if (this.#rank === this.#attributes.length) return this.unknown;
    const start = this.#start;
    const capped = Math.min(this.#end, start + SERVICE_NAME_BYTES_MAX);
    const end = capped < this.#end ? codePointBoundary(bytes, start, capped) : capped;
    const index = hash(bytes, start, end) & (CACHE_SLOTS - 1);
    const slot = this.#slots[index];
    if (slot !== undefined && isKey(slot.bytes, bytes, start, end)) return slot.service;
    // A copy, which a Buffer's slice is not: the slot must own its bytes, and TextDecoder refuses shared memory.
    const own = new Uint8Array(bytes.subarray(start, end));
    const name = this.#decoder.decode(own);
    const service = { name, shard: shardOf(name, this.#shards) };
    this.#slots[index] = { bytes: own, service };
    return service;
  }

  #seeAttribute(reader: ProtobufReader, end: number): void {
    const found = this.#attribute;
    readStringAttribute(reader, end, found);
    if (found.start === found.end) return;
    if (isKey(OWN_ALERTS, reader.bytes, found.keyStart, found.keyEnd)) this.#isOwn = true;
    // Keys should be unique: of equal ones the first counts, as in the Collector.
    const rank = this.#rankOf(reader.bytes, found.keyStart, found.keyEnd);
    if (rank >= this.#rank) return;
    this.#rank = rank;
    this.#start = found.start;
    this.#end = found.end;
  }

  #rankOf(bytes: Uint8Array, start: number, end: number): number {
    for (let rank = 0; rank < this.#attributes.length; rank++) {
      if (isKey(this.#attributes[rank] as Uint8Array, bytes, start, end)) return rank;
    }
    return this.#attributes.length;
  }
}

/** The shard that owns a service, whatever thread or source asks. */
export function shardOf(service: string, shards: number): number {
  return murmur3(service, SHARD_SEED) % shards;
}

interface Slot {
  bytes: Uint8Array;
  service: ServiceName;
}

/** FNV-1a. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0x811c9dc5;
  for (let at = start; at < end; at++) sum = Math.imul(sum ^ (bytes[at] as number), 0x01000193);
  return sum ^ (sum >>> 16);
}
