import { hasDigit, maskReference, splitTokens } from '../../../src/mine/drain3/mask-reference.ts';

interface Node {
  children: Map<string, Node>;
  ids: number[];
}

interface Cluster {
  id: number;
  size: number;
  tokens: string[];
}

/** What a line did: cluster id, change (0 none, 1 created, 2 template changed), template after it. */
export type Mined = [id: number, change: number, template: string];

/**
 * drain3 0.9.11 written down again, function by function, on strings and Maps: slow and plain, so that the miner has
 * something to agree with where no Python is at hand. `clusters` is in order of last use.
 */
export class PlainDrain {
  readonly clusters = new Map<number, Cluster>();
  readonly #simTh: number;
  readonly #maxClusters: number;
  readonly #maxChildren: number;
  readonly #maxNodeDepth: number;
  readonly #root = new Map<number, Node>();
  #counter = 0;

  constructor(options: { simTh: number; maxTemplates: number; maxChildren?: number; depth?: number }) {
    this.#simTh = options.simTh;
    this.#maxClusters = options.maxTemplates;
    this.#maxChildren = options.maxChildren ?? 100;
    this.#maxNodeDepth = (options.depth ?? 4) - 2;
  }

  addMessage(message: string): Mined {
    return this.addMasked(maskReference(message.trimStart().split('\n')[0]!));
  }

  addMasked(text: string): Mined {
    const tokens = splitTokens(text);
    const found = this.#treeSearch(tokens);
    if (found === undefined) return this.#create(tokens);
    const template = found.tokens.map((token, i) => (token === tokens[i] ? token : '<*>'));
    const change = template.join(' ') === found.tokens.join(' ') ? 0 : 2;
    found.tokens = template;
    found.size++;
    this.clusters.delete(found.id);
    this.clusters.set(found.id, found);
    return [found.id, change, template.join(' ')];
  }

  #create(tokens: string[]): Mined {
    const cluster = { id: ++this.#counter, size: 1, tokens };
    if (this.clusters.size >= this.#maxClusters) this.clusters.delete(this.clusters.keys().next().value!);
    this.clusters.set(cluster.id, cluster);
    this.#addToTree(cluster);
    return [cluster.id, 1, tokens.join(' ')];
  }

  #treeSearch(tokens: string[]): Cluster | undefined {
    let node = this.#root.get(tokens.length);
    if (node === undefined) return undefined;
    if (tokens.length === 0) return this.clusters.get(node.ids[0]!);
    let depth = 1;
    for (const token of tokens) {
      if (depth >= this.#maxNodeDepth || depth === tokens.length) break;
      node = node.children.get(token) ?? node.children.get('<*>');
      if (node === undefined) return undefined;
      depth++;
    }
    return this.#fastMatch(node.ids, tokens);
  }

  #fastMatch(ids: number[], tokens: string[]): Cluster | undefined {
    let best: Cluster | undefined;
    let bestSimilarity = -1;
    let bestParameters = -1;
    for (const id of ids) {
      const cluster = this.clusters.get(id);
      if (cluster === undefined) continue;
      const parameters = cluster.tokens.filter((token) => token === '<*>').length;
      const equal = cluster.tokens.filter((token, i) => token !== '<*>' && token === tokens[i]).length;
      const similarity = equal / tokens.length;
      if (similarity < bestSimilarity || (similarity === bestSimilarity && parameters <= bestParameters)) continue;
      best = cluster;
      bestSimilarity = similarity;
      bestParameters = parameters;
    }
    return bestSimilarity >= this.#simTh ? best : undefined;
  }

  #addToTree(cluster: Cluster): void {
    const count = cluster.tokens.length;
    let node = this.#root.get(count);
    if (node === undefined) this.#root.set(count, (node = { children: new Map(), ids: [] }));
    if (count === 0) {
      node.ids = [cluster.id];
      return;
    }
    let depth = 1;
    for (const token of cluster.tokens) {
      if (depth >= this.#maxNodeDepth || depth >= count) break;
      node = this.#childFor(node, token);
      depth++;
    }
    node.ids = [...node.ids.filter((id) => this.clusters.has(id)), cluster.id];
  }

  #childFor(node: Node, token: string): Node {
    const { children } = node;
    const child = children.get(token);
    if (child !== undefined) return child;
    const wildcard = children.get('<*>');
    if (hasDigit(token)) return wildcard ?? newChild(children, '<*>');
    if (wildcard !== undefined) return children.size < this.#maxChildren ? newChild(children, token) : wildcard;
    if (children.size + 1 < this.#maxChildren) return newChild(children, token);
    return newChild(children, '<*>');
  }
}

function newChild(children: Map<string, Node>, token: string): Node {
  const node: Node = { children: new Map(), ids: [] };
  children.set(token, node);
  return node;
}
