/** Prefixes that nobody else's variables have. */
const OWN_PREFIX = /^(OTLP|DRAIN|HST)_/;

/** Names shorter than this are near too many others. */
const NAME_CHARS_MIN = 6;

/**
 * A sentence for a variable that is none of `known` but looks like a slip of the pen for one; undefined otherwise.
 * Names at a distance of two have to begin alike, as AWS_REGION is not meant as CW_REGION.
 */
export function misspellingWarning(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = 3;
  for (const candidate of known) {
    if (candidate.length < NAME_CHARS_MIN || Math.abs(candidate.length - name.length) > 2) continue;
    // One slip leaves the beginning or the end as it is.
    const beginsAlike = candidate.slice(0, 3) === name.slice(0, 3);
    if (!beginsAlike && candidate.slice(-2) !== name.slice(-2)) continue;
    const distance = editDistance(name, candidate);
    if (distance === 2 && (candidate.length < 8 || !beginsAlike)) continue;
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  if (nearest !== undefined) return `${name} is not a setting and has no effect; did you mean ${nearest}?`;
  const [prefix] = OWN_PREFIX.exec(name) ?? [];
  if (prefix === undefined) return undefined;
  const alike = known.filter((candidate) => candidate.startsWith(prefix));
  return `${name} is not a setting and has no effect; those that begin like it are ${alike.join(', ')}`;
}

/** Edits from one word to another: insert, delete, replace, swap two neighbours (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
