import { archiveList } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import type { MinedTemplate } from '../template-miner.ts';
import type { Recallable } from '../recallable.ts';
import { textOf } from './token-table.ts';
import type { TokenTable } from './token-table.ts';
import type { TreeNode } from './drain-tree.ts';

const NONE: readonly string[] = [];

/** A cluster of lines and the tokens that they share. Lives in one miner, which alone changes it. */
export class DrainTemplate implements MinedTemplate, Recallable {
  /** 1, 2, ... in order of creation, as drain3's `cluster_id`. */
  readonly id: number;
  /** Lines so far, the one mined last included. */
  size = 1;
  /** Grows by one each time the text changes. */
  version = 0;
  readonly aliases: readonly string[] = NONE;
  memory: unknown = undefined;

  // What follows is the miner's own.
  readonly tokens: number[];
  wildcards = 0;
  /** Number of the last index search that came upon it. */
  searched = 0;
  /** Where in the prefix tree it hangs; undefined once evicted. */
  leaf: TreeNode | undefined;
  /** Neighbours in the order of last use. */
  older: DrainTemplate | undefined;
  newer: DrainTemplate | undefined;
  readonly #table: TokenTable;
  #lastGeneration: TokenTable['generation'] | undefined;
  #text: string | undefined;

  constructor(id: number, tokens: number[], table: TokenTable) {
    this.id = id;
    this.tokens = tokens;
    this.#table = table;
  }

  /** Tokens joined by a space; built when first asked for, kept until it changes, readable after eviction. */
  get text(): string {
    return (this.#text ??= textOf(this.#lastGeneration ?? this.#table.generation, this.tokens));
  }

  /** Drain's text is all there is: it changes when the template generalises. */
  get identity(): string {
    return this.text;
  }

  get tokenCount(): number {
    return this.tokens.length;
  }

  /** Lines are remembered while the leaf that it hangs in is unchanged. */
  get recallVersion(): number {
    return this.leaf === undefined ? -1 : this.leaf.version;
  }

  textChanged(): void {
    this.version++;
    this.#text = undefined;
  }

  /** Its tokens' numbers may now be given to others: pins the generation of the table in which they still mean its own. */
  evicted(): void {
    this.leaf = undefined;
    this.#lastGeneration = this.#table.generation;
  }

  /** Without its place in the tree and its neighbours; where none is given, one comes back. */
  static archive(state: Archive, template: DrainTemplate | undefined, table: TokenTable): DrainTemplate {
    const id = state.count(template?.id ?? 0);
    const tokens = archiveList(state, template?.tokens ?? [], (token) => state.count(token ?? 0));
    const own = template ?? new DrainTemplate(id, tokens, table);
    own.size = state.count(own.size);
    own.version = state.count(own.version);
    own.wildcards = state.count(own.wildcards);
    return own;
  }

  clone(table: TokenTable): DrainTemplate {
    const copy = new DrainTemplate(this.id, this.tokens.slice(), table);
    copy.size = this.size;
    copy.version = this.version;
    copy.wildcards = this.wildcards;
    copy.#text = this.#text;
    return copy;
  }
}
