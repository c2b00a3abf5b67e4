import type { MinedTemplate } from '../../mine/template-miner.ts';

/** Templates that are looked at, the most frequent ones. */
const CANDIDATES_MAX = 500;
const TOKENS_MAX = 64;
/** Share of tokens in common below which nothing is near. */
const LIKENESS_MIN = 0.3;
const DIFFERENCES_MAX = 8;

interface Nearest {
  template: MinedTemplate;
  /** Runs of tokens that differ; an empty text where one side has none. */
  differences: { usual: string; here: string }[];
}

/** The template of usual lines that has most tokens in common with `template`. */
export function nearestTemplate(template: MinedTemplate, templates: readonly MinedTemplate[]): Nearest | undefined {
  const here = tokensOf(template);
  let nearest: MinedTemplate | undefined;
  let most = LIKENESS_MIN;
  for (const other of mostFrequent(templates)) {
    if (other === template || other.size <= template.size) continue;
    const likeness = likenessOf(tokensOf(other), here);
    if (likeness <= most) continue;
    most = likeness;
    nearest = other;
  }
  return nearest && { template: nearest, differences: differencesOf(tokensOf(nearest), here) };
}

function tokensOf({ text }: MinedTemplate): string[] {
  return text.split(' ', TOKENS_MAX);
}

function mostFrequent(templates: readonly MinedTemplate[]): readonly MinedTemplate[] {
  if (templates.length <= CANDIDATES_MAX) return templates;
  return templates.toSorted((a, b) => b.size - a.size || a.id - b.id).slice(0, CANDIDATES_MAX);
}

/** Share of tokens that both have (Dice), wherever they stand. */
function likenessOf(usual: readonly string[], here: readonly string[]): number {
  const left = new Map<string, number>();
  for (const token of usual) left.set(token, (left.get(token) ?? 0) + 1);
  let common = 0;
  for (const token of here) {
    const count = left.get(token) ?? 0;
    if (count === 0) continue;
    left.set(token, count - 1);
    common++;
  }
  return (2 * common) / (usual.length + here.length);
}

/** What lies between the tokens of a longest common subsequence. */
function differencesOf(usual: readonly string[], here: readonly string[]): Nearest['differences'] {
  const differences: Nearest['differences'] = [];
  const longest = longestFrom(usual, here);
  let i = 0;
  let j = 0;
  while ((i < usual.length || j < here.length) && differences.length < DIFFERENCES_MAX) {
    const [fromI, fromJ] = [i, j];
    while ((i < usual.length || j < here.length) && (i === usual.length || usual[i] !== here[j])) {
      if (j === here.length || (i < usual.length && longest(i + 1, j) >= longest(i, j + 1))) i++;
      else j++;
    }
    if (i > fromI || j > fromJ) {
      differences.push({ usual: usual.slice(fromI, i).join(' '), here: here.slice(fromJ, j).join(' ') });
    }
    i++;
    j++;
  }
  return differences;
}

/** Length of the longest common subsequence of what follows two places. */
function longestFrom(usual: readonly string[], here: readonly string[]): (i: number, j: number) => number {
  const width = here.length + 1;
  const lengths = new Uint8Array((usual.length + 1) * width);
  for (let i = usual.length - 1; i >= 0; i--) {
    for (let j = here.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] =
        usual[i] === here[j] ? lengths[at + width + 1]! + 1 : Math.max(lengths[at + width]!, lengths[at + 1]!);
    }
  }
  return (i, j) => lengths[i * width + j]!;
}
