import { archiveList } from '../../domain/archive/archive.ts';
import type { Archive, ArchivePlaces } from '../../domain/archive/archive.ts';
import { INDEX_FROM, LeafIndex } from './leaf-index.ts';
import { DrainTemplate } from './drain-template.ts';
import { WILDCARD } from './token-table.ts';
import type { TokenTable } from './token-table.ts';

/** A node of the prefix tree: an inner one has children by token, a leaf has templates in order of creation. */
export interface TreeNode {
  children: Map<number, TreeNode> | undefined;
  templates: DrainTemplate[];
  /** Tombstones in the list: they keep its order of ids, and go when they are more than the templates. */
  dead: number;
  /** Changes whenever a template of this leaf is made, changed or evicted: what was found here before may not be found again. */
  version: number;
  /** Made when a search needs it and the list is long. */
  index: LeafIndex | undefined;
}

export interface DrainTreeOptions {
  simTh: number;
  depth: number;
  maxChildren: number;
}

/**
 * Drain's fixed-depth prefix tree (He, Zhu, Zheng, Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree",
 * ICWS 2017) as drain3 0.9.11 builds it: token count first, then the first `depth - 3` tokens, then a list of templates.
 * Nodes are never removed, as in drain3, since how many there are decides what goes to the wildcard branch.
 */
export class DrainTree {
  readonly #options: DrainTreeOptions;
  readonly #table: TokenTable;
  #byTokenCount = new Map<number, TreeNode>();
  /** Least number of equal tokens that reaches the threshold, by token count. */
  #needs = new Map<number, number>();
  #versions = 0;
  /** Counts the times that a line seen before may have got another way through the tree. */
  reroutes = 0;

  constructor(options: DrainTreeOptions, table: TokenTable) {
    this.#options = options;
    this.#table = table;
  }

  /** Best template for the line's `count` token ids, `known` of which are tokens of templates; drain3's `tree_search`. */
  search(ids: Int32Array, count: number, known: number): DrainTemplate | undefined {
    let node = this.#byTokenCount.get(count);
    if (node === undefined) return undefined;
    if (count === 0) return node.templates.at(-1);
    const need = this.#need(count);
    if (known < need) return undefined;
    const levels = Math.min(this.#options.depth - 2, count);
    for (let level = 1; level < levels; level++) {
      const children: Map<number, TreeNode> | undefined = node.children;
      node = children?.get(ids[level - 1]!) ?? children?.get(WILDCARD);
      if (node === undefined) return undefined;
    }
    return bestMatch(candidates(node, ids, count, need), ids, count, need, known);
  }

  /** Hangs a new template into the tree; drain3's `add_seq_to_prefix_tree`. */
  add(template: DrainTemplate): void {
    const tokens = template.tokens;
    const count = tokens.length;
    let node = this.#byTokenCount.get(count);
    if (node === undefined) this.#byTokenCount.set(count, (node = this.#newNode()));
    const levels = Math.min(this.#options.depth - 2, count);
    for (let level = 1; level < levels; level++) node = this.#childFor(node, tokens[level - 1]!);
    node.templates.push(template);
    node.index?.add(template);
    template.leaf = node;
    this.changed(node);
  }

  remove(template: DrainTemplate): void {
    const leaf = template.leaf!;
    leaf.index?.remove(template);
    // A tombstone, since cutting it out would move all that follow it.
    leaf.templates[placeOf(leaf.templates, template.id)] = new DrainTemplate(template.id, [], this.#table);
    if (++leaf.dead * 2 > leaf.templates.length) {
      leaf.templates = leaf.templates.filter((other) => other.leaf !== undefined);
      leaf.dead = 0;
      if (leaf.templates.length < INDEX_FROM / 2) leaf.index = undefined;
    }
    this.changed(leaf);
    template.evicted();
  }

  /** Cuts the branches without a template. drain3 never does, and later lines may go another way for it. */
  prune(): void {
    for (const [count, node] of this.#byTokenCount) if (!this.#prunedNode(node)) this.#byTokenCount.delete(count);
    this.reroutes++;
  }

  changed(leaf: TreeNode): void {
    leaf.version = ++this.#versions;
  }

  clone(table: TokenTable, copyOf: Map<DrainTemplate, DrainTemplate>): DrainTree {
    const copy = new DrainTree(this.#options, table);
    copy.#versions = this.#versions;
    for (const [count, node] of this.#byTokenCount) copy.#byTokenCount.set(count, cloneNode(node, copyOf));
    return copy;
  }

  /** `templates` are all there are. */
  archive(state: Archive, templates: ArchivePlaces<DrainTemplate>): void {
    archiveBranches(state, this.#byTokenCount, (known) => {
      const node = known ?? this.#newNode();
      this.#archiveNode(state, node, templates);
      return node;
    });
  }

  #archiveNode(state: Archive, node: TreeNode, templates: ArchivePlaces<DrainTemplate>): void {
    const live = node.templates.filter(({ leaf }) => leaf !== undefined);
    const own = templates.archive(state, live);
    if (state.restoring) {
      node.templates = own;
      for (const template of own) template.leaf = node;
    }
    if (!state.flag(node.children !== undefined)) return;
    archiveBranches(state, (node.children ??= new Map()), (known) => {
      const child = known ?? this.#newNode();
      this.#archiveNode(state, child, templates);
      return child;
    });
  }

  /** Whether anything is left of it. */
  #prunedNode(node: TreeNode): boolean {
    for (const [token, child] of node.children ?? []) {
      if (this.#prunedNode(child)) continue;
      node.children!.delete(token);
      this.#table.release(token);
    }
    return node.templates.length > node.dead || (node.children?.size ?? 0) > 0;
  }

  #newNode(): TreeNode {
    return { children: undefined, templates: [], dead: 0, version: ++this.#versions, index: undefined };
  }

  #childFor(node: TreeNode, token: number): TreeNode {
    const children = (node.children ??= new Map());
    const known = children.get(token);
    if (known !== undefined) return known;
    const wildcard = children.get(WILDCARD);
    const room =
      wildcard === undefined
        ? children.size + 1 < this.#options.maxChildren
        : children.size < this.#options.maxChildren;
    if (this.#table.hasDigit(token) || !room) {
      if (wildcard !== undefined) return wildcard;
      token = WILDCARD;
    }
    const child = this.#newNode();
    children.set(token, child);
    this.#table.hold(token);
    if (wildcard !== undefined) this.reroutes++;
    return child;
  }

  #need(count: number): number {
    let need = this.#needs.get(count);
    if (need === undefined) this.#needs.set(count, (need = leastMatches(count, this.#options.simTh)));
    return need;
  }
}

/** Nodes by number, in place. */
function archiveBranches(
  state: Archive,
  branches: Map<number, TreeNode>,
  each: (node: TreeNode | undefined) => TreeNode,
): void {
  archiveList(state, [...branches], (branch): [number, TreeNode] => {
    const number = state.count(branch?.[0] ?? 0);
    const node = each(branch?.[1]);
    branches.set(number, node);
    return [number, node];
  });
}

/** Smallest whole number whose share of `count` reaches `simTh`, by the very division that drain3 does. */
function leastMatches(count: number, simTh: number): number {
  let need = Math.max(0, Math.ceil(simTh * count));
  while (need > 0 && (need - 1) / count >= simTh) need--;
  while (need / count < simTh) need++;
  return need;
}

/** Index of the template in a leaf, where ids ascend. */
function placeOf(templates: readonly DrainTemplate[], id: number): number {
  let low = 0;
  let high = templates.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (templates[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The templates of a leaf that are worth comparing. */
function candidates(leaf: TreeNode, ids: Int32Array, count: number, need: number): readonly DrainTemplate[] {
  if (leaf.templates.length < INDEX_FROM || need === 0) return leaf.templates;
  leaf.index ??= new LeafIndex(leaf.templates);
  return leaf.index.candidates(ids, count, need);
}

/** drain3's `fast_match`: most equal tokens, then most wildcards, then the older; wildcards are not equal to anything. */
function bestMatch(
  templates: readonly DrainTemplate[],
  ids: Int32Array,
  count: number,
  need: number,
  known: number,
): DrainTemplate | undefined {
  let best: DrainTemplate | undefined;
  let bestEqual = need;
  let bestWildcards = -1;
  for (let t = 0; t < templates.length; t++) {
    const template = templates[t]!;
    if (template.leaf === undefined) continue;
    const tokens = template.tokens;
    const wildcards = template.wildcards;
    // Equal tokens at most: those of the template that are no wildcard, those of the line that are known.
    const most = Math.min(count - wildcards, known);
    if (most < bestEqual || (most === bestEqual && wildcards < bestWildcards)) continue;
    let misses = count - wildcards - bestEqual;
    let equal = 0;
    for (let i = 0; i < count; i++) {
      const token = tokens[i]!;
      if (token === WILDCARD) continue;
      if (token === ids[i]) equal++;
      else if (--misses < 0) break;
    }
    if (misses < 0 || equal < bestEqual) continue;
    if (equal === bestEqual && wildcards < bestWildcards) continue;
    if (equal === bestEqual && wildcards === bestWildcards && best !== undefined && best.id < template.id) continue;
    best = template;
    bestEqual = equal;
    bestWildcards = wildcards;
  }
  return best;
}

function cloneNode(node: TreeNode, copyOf: Map<DrainTemplate, DrainTemplate>): TreeNode {
  const copy: TreeNode = { children: undefined, templates: [], dead: 0, version: node.version, index: undefined };
  for (const template of node.templates) {
    const twin = copyOf.get(template);
    if (twin === undefined) continue;
    twin.leaf = copy;
    copy.templates.push(twin);
  }
  if (node.children === undefined) return copy;
  copy.children = new Map();
  for (const [token, child] of node.children) copy.children.set(token, cloneNode(child, copyOf));
  return copy;
}
