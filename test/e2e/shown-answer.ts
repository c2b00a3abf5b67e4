/**
 * What a shown answer says that the real one does not: keys that are missing, texts that differ, fractions that are not
 * the real ones rounded. Times differ from run to run and whole numbers count what was sent so far: their type is held
 * to. Of the states of a service a slow machine sees one and a quick one another: either will do. A list shows some of
 * the real one's entries, in any order.
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

/**
 * What a shown answer leaves out of the real one without a word: keys of an object, entries of a list, that has no
 * comment of its own.
 */
export function omissions(jsonc: string, real: unknown): string[] {
  return silent(JSON.parse(withMarks(jsonc)), real, 'answer');
}

function silent(shown: unknown, real: unknown, path: string): string[] {
  if (Array.isArray(shown) && Array.isArray(real)) {
    const entries = shown.filter((one) => one !== MARK);
    const all = entries.map((one, index) => silent(one, likest(one, real), `${path}[${index}]`));
    const isShort = entries.length < real.length && entries.length === shown.length;
    return [...(isShort ? [`${path} has ${real.length} entries`] : []), ...all.flat()];
  }
  if (!isObject(shown) || !isObject(real)) return shown === undefined ? [`${path} is left out`] : [];
  const keys = Object.keys(real).filter((key) => !(MARK in shown) || key in shown);
  return keys.flatMap((key) => silent(shown[key], real[key], `${path}.${key}`));
}

const MARK = '//';

/** Whole-line comments become a key of the object, or an entry of the list, that they stand in. */
function withMarks(jsonc: string): string {
  const open: string[] = [];
  const lines = jsonc.split('\n').map((line) => {
    if (/^\s*\/\//.test(line)) return open.at(-1) === '[' ? `"${MARK}",` : `"${MARK}": 0,`;
    for (const [bracket] of line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[[\]{}]/g)) {
      if (bracket === '[' || bracket === '{') open.push(bracket);
      else open.pop();
    }
    return line;
  });
  return lines.join('\n').replaceAll(/,(\s*[}\]])/g, '$1');
}

/** The entry that the shown one differs least from. */
function likest(shown: unknown, candidates: unknown[]): unknown {
  const all = candidates.map((one) => ({ one, count: differences(shown, one).length }));
  return all.toSorted((a, b) => a.count - b.count)[0]?.one;
}

/** The differences from the entry that has the fewest. */
function closest(shown: unknown, candidates: unknown[], path: string): string[] {
  if (candidates.length === 0) return [`${path}: the real list is empty`];
  return differences(shown, likest(shown, candidates), path);
}

function isSame(shown: unknown, real: unknown): boolean {
  if (typeof shown === 'number' && typeof real === 'number') {
    const decimals = String(shown).split('.')[1]?.length ?? 0;
    return decimals === 0 || real.toFixed(decimals) === shown.toFixed(decimals);
  }
  if (typeof shown === 'string' && typeof real === 'string')
    return shown === real || (isTime(shown) && isTime(real)) || (AWAKE.has(shown) && AWAKE.has(real));
  return shown === real;
}

/** Watched, and without a line for a minute. */
const AWAKE: ReadonlySet<string> = new Set(['watching', 'quiet']);

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
