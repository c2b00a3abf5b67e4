/**
 * What a shown answer says that the real one does not: keys that are missing, texts that differ, fractions that are not
 * the real ones rounded. Times differ from run to run and whole numbers count what was sent so far: their type is held
 * to. A list shows some of the real one's entries, in any order.
 */
export function differences(shown: unknown, real: unknown, path = 'answer'): string[] {
  if (Array.isArray(shown)) {
    if (!Array.isArray(real)) return [`${path} is not a list`];
    return shown.flatMap((one, index) => closest(one, real, `${path}[${index}]`));
  }
  if (isObject(shown)) {
    if (!isObject(real)) return [`${path} is not an object`];
    return Object.entries(shown).flatMap(([key, value]) =>
      key in real ? differences(value, real[key], `${path}.${key}`) : [`${path}.${key} is missing`],
    );
  }
  return isSame(shown, real) ? [] : [`${path} is ${JSON.stringify(real)}, shown is ${JSON.stringify(shown)}`];
}

/** JSON with whole-line comments, which say what was left out, and commas before them. */
export function parseShown(jsonc: string): unknown {
  const json = jsonc.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/,(\s*[}\]])/g, '$1');
  return JSON.parse(json);
}

/** The differences from the entry that has the fewest. */
function closest(shown: unknown, candidates: unknown[], path: string): string[] {
  const all = candidates.map((candidate) => differences(shown, candidate, path));
  return all.toSorted((a, b) => a.length - b.length)[0] ?? [`${path}: the real list is empty`];
}

function isSame(shown: unknown, real: unknown): boolean {
  if (typeof shown === 'number' && typeof real === 'number') {
    const decimals = String(shown).split('.')[1]?.length ?? 0;
    return decimals === 0 || real.toFixed(decimals) === shown.toFixed(decimals);
  }
  if (typeof shown === 'string' && typeof real === 'string') return shown === real || (isTime(shown) && isTime(real));
  return shown === real;
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
