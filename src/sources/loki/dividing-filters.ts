import type { LokiEntry } from './loki-entries.ts';

/** Characters of a line or a label, from its beginning, that are looked at. */
const POSITIONS_MAX = 512;
const SAMPLE_MAX = 1000;
/** No character: the text ends before. */
const NONE = -1;

/** A stage of LogQL, to stand at the end of a query, and the entries that pass it. */
export interface DividingFilter {
  stage: string;
  passes(entry: LokiEntry): boolean;
}

interface Division {
  /** Undefined for the line. */
  label: string | undefined;
  position: number;
  /** The first of the characters that the upper part has. */
  from: number;
  /** Entries of the sample in the larger part. */
  larger: number;
}

/**
 * Two filters, of which every entry passes just one, by a character of the line or of a label in which `entries`
 * differ: the one that divides them most evenly. Undefined when nothing that Loki shows tells them apart.
 */
export function dividingFilters(entries: readonly LokiEntry[]): [DividingFilter, DividingFilter] | undefined {
  const sample = entries.slice(0, SAMPLE_MAX);
  let best: Division | undefined;
  for (const label of [undefined, ...labelNames(sample)]) {
    const texts = sample.map((entry) => codePoints(textOf(entry, label)));
    const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
    for (let position = 0; position < longest; position++) {
      const found = divisionAt(texts, position);
      if (found.larger < (best?.larger ?? sample.length)) best = { label, position, ...found };
    }
  }
  return best === undefined ? undefined : filtersOf(best);
}

/** Divides by the median of the characters at a position, so that whatever differs is divided. */
function divisionAt(texts: readonly number[][], position: number): { from: number; larger: number } {
  const characters = texts.map((text) => text[position] ?? NONE).toSorted((a, b) => a - b);
  const median = characters[characters.length >> 1] as number;
  let below = characters.indexOf(median);
  let from = median;
  if (below === 0) {
    // The lower half is all alike: the next larger character begins the upper part.
    below = characters.findLastIndex((one) => one === median) + 1;
    from = characters[below] ?? NONE;
  }
  return { from, larger: Math.max(below, characters.length - below) };
}

function filtersOf({ label, position, from }: Division): [DividingFilter, DividingFilter] {
  const isUpper = (entry: LokiEntry) => (codePoints(textOf(entry, label))[position] ?? NONE) >= from;
  const head = `(?s)${label === undefined ? '^' : ''}.{${position}}[\\x{${from.toString(16)}}-\\x{10ffff}]`;
  const [subject, is, isNot] = label === undefined ? ['', '|~', '!~'] : [`| ${label} `, '=~', '!~'];
  // Filters on labels are anchored at both ends, those on lines at none. A new line, as a comment may end the query.
  const pattern = `\`${head}${label === undefined ? '' : '.*'}\``;
  return [
    { stage: `\n${subject}${is} ${pattern}`, passes: isUpper },
    { stage: `\n${subject}${isNot} ${pattern}`, passes: (entry) => !isUpper(entry) },
  ];
}

function labelNames(sample: readonly LokiEntry[]): string[] {
  const names = new Set(sample.flatMap(({ labels }) => Object.keys(labels)));
  return [...names].filter((name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)).toSorted();
}

function textOf({ line, labels }: LokiEntry, label: string | undefined): string {
  if (label === undefined) return line;
  return Object.hasOwn(labels, label) ? (labels[label] as string) : '';
}

/** A character of Go's regular expressions is a code point; a byte that is no UTF-8 is U+FFFD there and in JSON. */
function codePoints(text: string): number[] {
  return Array.from(text.slice(0, 2 * POSITIONS_MAX), (character) => character.codePointAt(0) as number).slice(
    0,
    POSITIONS_MAX,
  );
}
