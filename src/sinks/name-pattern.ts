/**
 * Whether a name is what the pattern says, in full: `*` stands for any text, `?` for one character, all else for itself.
 * Linear in the name for each `*`, so that no name can hang us.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resumed = 0;
  while (n < name.length) {
    const wanted = pattern[p];
    if (wanted === '*') {
      star = p++;
      resumed = n;
    } else if (wanted !== undefined && (wanted === '?' || wanted === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      // The last star takes one character more.
      p = star + 1;
      n = ++resumed;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
