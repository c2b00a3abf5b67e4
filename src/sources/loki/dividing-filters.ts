/** Every character is of one of these. */
const CLASSES = ['[0-4]', '[5-9]', '[a-m]', '[n-z]', '[^0-9a-z]'];
const PATTERNS = CLASSES.map((one) => new RegExp(`^${one}$`, 'su'));
/** Characters of a line, from its beginning, that are looked at. */
const POSITIONS_MAX = 256;
const SAMPLE_MAX = 1000;

/**
 * LogQL line filters, of which each line passes just one, by a character that differs among `lines`: the one that
 * divides them most evenly. Undefined when they are all alike.
 */
export function dividingFilters(lines: readonly string[]): string[] | undefined {
  const sample = lines.slice(0, SAMPLE_MAX).map((line) => Array.from(line.slice(0, 2 * POSITIONS_MAX)));
  let best = { position: -1, largest: sample.length };
  for (let position = 0; position < POSITIONS_MAX; position++) {
    const largest = largestClass(sample, position);
    if (largest < best.largest) best = { position, largest };
  }
  if (best.position === -1) return undefined;
  const before = `(?s)^.{${best.position}}`;
  return [...CLASSES.map((one) => ` |~ \`${before}${one}\``), ` !~ \`${before}.\``];
}

/** Lines in the largest of the groups that a position divides them into; those that are too short are one. */
function largestClass(sample: readonly string[][], position: number): number {
  const counts = new Uint32Array(CLASSES.length + 1);
  for (const line of sample) {
    const character = line[position];
    const group = character === undefined ? CLASSES.length : PATTERNS.findIndex((pattern) => pattern.test(character));
    counts[group]!++;
  }
  return Math.max(...counts);
}
