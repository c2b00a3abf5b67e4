import { WordTable } from './word-table.ts';

/** What a word of letters means beyond itself. Stands for a value wherever it is. */
export const VALUE = 1;
export const WEEKDAY = 2;
export const MONTH = 3;
/** Part of the time before it. */
export const ZONE = 4;
/** Unit of the number before it. */
export const UNIT = 5;
/** A name follows when one of the next kind stands before it: `for user alice`. */
export const USER = 6;
export const PREPOSITION = 7;
/** Stands for a value where nothing but marks is beside it. */
export const SWITCH = 8;

export const KNOWN_LENGTH_MAX = 9;

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

const words = new Map<string, number>();
for (const word of ['None', 'nil', 'NaN']) words.set(word, VALUE);
for (const word of ['true', 'false', 'null', 'root']) for (const form of spellings(word)) words.set(form, VALUE);
for (const word of WEEKDAYS) for (const form of [word, word.slice(0, 3)]) words.set(form, WEEKDAY);
for (const word of MONTHS) for (const form of [word, word.slice(0, 3)]) words.set(form, MONTH);
for (const word of 'UTC GMT EST EDT CST CDT MST MDT PST PDT CET CEST BST IST JST AM PM am pm'.split(' '))
  words.set(word, ZONE);
for (const word of ['on', 'off', 'yes', 'no']) for (const form of spellings(word)) words.set(form, SWITCH);
for (const word of ['user', 'User']) words.set(word, USER);
for (const word of ['for', 'by', 'as']) words.set(word, PREPOSITION);
const UNITS =
  'B kB KB MB GB TB PB KiB MiB GiB TiB byte bytes Bytes ms us ns s sec secs second seconds min mins minute minutes';
for (const word of UNITS.split(' ')) words.set(word, UNIT);

const table = new WordTable(words);

/** Whether a word with this FNV-1a sum may have a meaning. */
export function isKnownHash(hash: number): boolean {
  return table.has(hash);
}

/** Meaning of the word `bytes[start, end)`, whose FNV-1a sum is `hash`. */
export function meaningOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
  return table.find(bytes, start, end, hash);
}

function spellings(word: string): string[] {
  return [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)];
}
