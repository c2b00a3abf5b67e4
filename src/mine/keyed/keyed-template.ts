import { archiveList } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import type { Recallable } from '../recallable.ts';
import { ALIASES_MAX } from '../template-miner.ts';
import type { MinedTemplate } from '../template-miner.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const NONE: readonly string[] = [];
const NO_BYTES = new Uint8Array(0);
const NO_HASHES = new Int32Array(0);
/** Bytes of the objects behind a template, and behind a shape. */
const TEMPLATE_OVERHEAD = 320;

/** A key and the template that lines with it belong to; a template has its own and those of what it absorbed. */
export interface Shape {
  readonly hash: number;
  readonly key: Uint8Array;
  template: KeyedTemplate;
}

/** Lines with one key. Lives in one miner, which alone changes it. */
export class KeyedTemplate implements MinedTemplate, Recallable {
  readonly id: number;
  size = 1;
  version = 0;
  aliases: readonly string[] = NONE;
  memory: unknown = undefined;

  // What follows is the miner's own.
  /** -1 once it is evicted or absorbed: until then a line that found it will find it again. */
  recallVersion = 0;
  /** Its own shape first; none once it is gone. */
  shapes: Shape[] = [];
  /** Keys that its open runs let in, the oldest first. */
  recalled: Shape[] = [];
  key: Uint8Array;
  textBytes: Uint8Array;
  /** Bit `i` is set when run `i` of the key's variables came from words: other words may stand there, too. */
  openRuns = 0;
  /** See `Siblings`. */
  siblingHashes: Int32Array = NO_HASHES;
  /** Placeholders in each run of the key's variables; made when first asked for. */
  places: Int32Array | undefined;
  older: KeyedTemplate | undefined;
  newer: KeyedTemplate | undefined;
  #text: string | undefined;
  #identity: string | undefined;
  #tokenCount = -1;

  constructor(id: number, key: Uint8Array, textBytes: Uint8Array) {
    this.id = id;
    this.key = key;
    this.textBytes = textBytes;
  }

  get text(): string {
    return (this.#text ??= decoder.decode(this.textBytes));
  }

  get identity(): string {
    return (this.#identity ??= decoder.decode(this.key));
  }

  /** White-space tokens of its text. */
  get tokenCount(): number {
    if (this.#tokenCount < 0) this.#tokenCount = this.text.split(/\s+/).filter((token) => token !== '').length;
    return this.#tokenCount;
  }

  /** Bytes that it takes but for its shapes. */
  get weight(): number {
    return TEMPLATE_OVERHEAD + this.key.length + this.textBytes.length + this.siblingHashes.byteLength;
  }

  become(key: Uint8Array, textBytes: Uint8Array): void {
    this.key = key;
    this.textBytes = textBytes;
    this.version++;
    this.places = undefined;
    this.#text = undefined;
    this.#identity = undefined;
    this.#tokenCount = -1;
  }

  addAliases(identities: readonly string[]): void {
    const all = new Set([...this.aliases, ...identities]);
    all.delete(this.identity);
    this.aliases = [...all].slice(-ALIASES_MAX);
  }

  /** Without its shapes and neighbours; where none is given, one comes back. */
  static archive(state: Archive, template: KeyedTemplate | undefined): KeyedTemplate {
    const id = state.count(template?.id ?? 0);
    const key = state.bytes(template?.key ?? NO_BYTES);
    const textBytes = state.bytes(template?.textBytes ?? NO_BYTES);
    const own = template ?? new KeyedTemplate(id, key, textBytes);
    own.size = state.count(own.size);
    own.version = state.count(own.version);
    own.aliases = archiveList(state, own.aliases, (alias) => state.text(alias ?? ''));
    own.openRuns = state.number(own.openRuns);
    own.siblingHashes = state.integers(own.siblingHashes);
    return own;
  }

  /** Without its shapes and neighbours. */
  clone(): KeyedTemplate {
    const copy = new KeyedTemplate(this.id, this.key, this.textBytes);
    copy.size = this.size;
    copy.version = this.version;
    copy.aliases = this.aliases;
    copy.openRuns = this.openRuns;
    copy.siblingHashes = this.siblingHashes;
    return copy;
  }
}

export const SHAPE_OVERHEAD = 160;

/** A shape but for the template that it belongs to. */
type ShapeKey = Pick<Shape, 'hash' | 'key'>;

export function archiveKeys(state: Archive, shapes: readonly ShapeKey[]): ShapeKey[] {
  return archiveList(state, shapes, (shape) => archiveKey(state, shape));
}

function archiveKey(state: Archive, shape: ShapeKey | undefined): ShapeKey {
  const hash = state.number(shape?.hash ?? 0);
  return { hash, key: state.bytes(shape?.key ?? NO_BYTES) };
}
