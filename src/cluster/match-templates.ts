import type { Cluster } from '../domain/cluster.ts';

/** Clusters of either window that are one template to the reader; one side may be empty, not both. */
export interface TemplatePair {
  a: Cluster[];
  b: Cluster[];
}

const WILDCARD = '<*>';
const PAIRS_PER_TICK = 4096;

/**
 * Which clusters of two windows are the same template. Those that share a fingerprint, one that either had before
 * included: where a template has become more general in one window alone, it carries the fingerprints of what it took in.
 * Then, among templates that stand in one window alone, those that a more general one of the other window covers word by
 * word. A window's own templates are joined only where the other's say that they are one.
 *
 * @param tick called every few milliseconds; what it throws ends the work.
 */
export function matchTemplates(a: readonly Cluster[], b: readonly Cluster[], tick: () => void): TemplatePair[] {
  const pairs = joinByFingerprint(a.toSorted(byFingerprint), b.toSorted(byFingerprint));
  const onlyA = pairs.filter((pair) => pair.b.length === 0);
  const onlyB = pairs.filter((pair) => pair.a.length === 0);
  const gone = new Set<TemplatePair>();
  for (const [general, specific] of coverings([...onlyA, ...onlyB], tick)) {
    if (gone.has(general) || gone.has(specific)) continue;
    general.a.push(...specific.a);
    general.b.push(...specific.b);
    gone.add(specific);
  }
  return pairs.filter((pair) => !gone.has(pair));
}

/** So that nothing depends on the order in which clusters come. */
function byFingerprint(one: Cluster, other: Cluster): number {
  return one.fingerprint < other.fingerprint ? -1 : 1;
}

function joinByFingerprint(a: readonly Cluster[], b: readonly Cluster[]): TemplatePair[] {
  const parent = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let next = parent.get(root); next !== undefined && next !== root; next = parent.get(root)) root = next;
    parent.set(name, root);
    return root;
  };
  for (const { fingerprint, aliases = [] } of [...a, ...b]) {
    const root = rootOf(fingerprint);
    for (const alias of aliases) parent.set(rootOf(alias), root);
  }
  const pairs = new Map<string, TemplatePair>();
  const pairOf = (name: string): TemplatePair => {
    const root = rootOf(name);
    const known = pairs.get(root);
    if (known !== undefined) return known;
    const pair = { a: [], b: [] };
    pairs.set(root, pair);
    return pair;
  };
  for (const cluster of a) pairOf(cluster.fingerprint).a.push(cluster);
  for (const cluster of b) pairOf(cluster.fingerprint).b.push(cluster);
  return [...pairs.values()];
}

interface Words {
  pair: TemplatePair;
  inA: boolean;
  words: string[];
  wildcards: number;
}

/** Pairs of a more general template and one of the other window that it covers; the least general cover comes first. */
function coverings(
  pairs: readonly TemplatePair[],
  tick: () => void,
): [general: TemplatePair, specific: TemplatePair][] {
  const found: { general: Words; specific: Words }[] = [];
  let looked = 0;
  for (const alike of byServiceAndLength(pairs).values()) {
    const generals = alike.filter(({ words, wildcards }) => wildcards > 0 && words.some(isSaying));
    const byWord = indexByWord(alike);
    for (const general of generals) {
      for (const specific of candidatesFor(general, byWord) ?? alike) {
        if (looked++ % PAIRS_PER_TICK === 0) tick();
        if (specific.inA !== general.inA && covers(general.words, specific.words)) found.push({ general, specific });
      }
    }
  }
  return found
    .toSorted((one, other) => one.general.wildcards - other.general.wildcards)
    .map(({ general, specific }) => [general.pair, specific.pair]);
}

/** What covers another has its service and as many words. */
function byServiceAndLength(pairs: readonly TemplatePair[]): Map<string, Words[]> {
  const groups = new Map<string, Words[]>();
  for (const pair of pairs) {
    const inA = pair.a.length > 0;
    for (const { service, template } of [...pair.a, ...pair.b]) {
      const words = template.split(' ');
      const wildcards = template.split(WILDCARD).length - 1;
      const key = `${words.length} ${service}`;
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push({ pair, inA, words, wildcards });
    }
  }
  return groups;
}

/** By each word without a wildcard and its place. */
function indexByWord(alike: readonly Words[]): Map<string, Words[]> {
  const byWord = new Map<string, Words[]>();
  for (const one of alike) {
    for (const [place, word] of one.words.entries()) {
      if (word.includes(WILDCARD)) continue;
      const key = `${place} ${word}`;
      const group = byWord.get(key);
      if (group === undefined) byWord.set(key, [one]);
      else group.push(one);
    }
  }
  return byWord;
}

/** What has the rarest of its words in the same place; undefined where each of its words has a wildcard in it. */
function candidatesFor({ words }: Words, byWord: ReadonlyMap<string, Words[]>): Words[] | undefined {
  let fewest: Words[] | undefined;
  for (const [place, word] of words.entries()) {
    const group = byWord.get(`${place} ${word}`);
    if (group !== undefined && (fewest === undefined || group.length < fewest.length)) fewest = group;
  }
  return fewest;
}

/** A template of wildcards alone would cover all. */
function isSaying(word: string): boolean {
  return /\p{L}/u.test(word.replaceAll(WILDCARD, ''));
}

/** Whether each word is the other's, but for what stands in the place of a wildcard. */
function covers(general: readonly string[], specific: readonly string[]): boolean {
  return general.every((word, i) => {
    const other = specific[i]!;
    return word === other || (word.includes(WILDCARD) && coversWord(word.split(WILDCARD), other));
  });
}

/** A wildcard stands for at least one character. */
function coversWord(literals: readonly string[], word: string): boolean {
  const first = literals[0]!;
  const last = literals.at(-1)!;
  if (!word.startsWith(first) || !word.endsWith(last)) return false;
  let at = first.length;
  for (const literal of literals.slice(1, -1)) {
    const found = word.indexOf(literal, at + 1);
    if (found === -1) return false;
    at = found + literal.length;
  }
  return at + 1 <= word.length - last.length;
}
