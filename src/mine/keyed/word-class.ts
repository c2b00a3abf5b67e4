import { BYTE_KIND, DELIMITER, DIGIT, DOT, SPACE } from './byte-kind.ts';
import { isFileName } from './file-name.ts';
import { isOutcome } from './outcome-words.ts';
import { CLOSING, OPENING, scratch, VARIABLE } from './scratch.ts';

/** What a word is to the question whether it is a variable: kept with a template in four bits, so numbers stay. */
/** Names of a record's fields. */
export const NAME = 1;
/** Words at the start of a line mostly name what the line is about. */
const FIRST = 2;
const PLAIN = 3;
/** A plain word in the midst of others, so that a value in its place is one for one. */
const INNER = 4;
/** Behind the `=` of one of several pairs. */
const VALUE = 5;
/** Alone between quotes. */
const QUOTED = 6;
/** Tells what came of something: never a variable. */
export const OUTCOME = 7;
/** Carries a digit, or names a file. */
const DIGITS = 8;
/** All the values of pairs of a line at once. */
export const VALUES = 9;

/** Siblings become one template when they weigh as much: eight plain words, three that look like values. */
export const MERGER_WEIGHT = 24;
const PLAIN_WEIGHT = 3;
const LIKE_VALUE = 8;

const WEIGHTS = Uint8Array.of(0, 1, 2, PLAIN_WEIGHT, PLAIN_WEIGHT, LIKE_VALUE, LIKE_VALUE, 1, LIKE_VALUE, 5);
/** Of a template that has a variable there already: one word is enough, or few are. */
const VARIABLE_WEIGHTS = Uint8Array.of(0, 9, 9, 9, MERGER_WEIGHT - PLAIN_WEIGHT, 7, 16, 0, 16, 9);
export const VARIABLE_WEIGHT_MAX = MERGER_WEIGHT - PLAIN_WEIGHT;

/** Other words that a line must have for a value to stand for one of them. */
const OTHER_WORDS_MIN = 2;

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKTICK = 0x60;

export function weightOfClass(wordClass: number): number {
  return WEIGHTS[wordClass]!;
}

export function variableWeightOfClass(wordClass: number): number {
  return VARIABLE_WEIGHTS[wordClass]!;
}

/** Class of the word that is `token` of the key in `scratch`, of the message `bytes`; the key has so many `words`. */
export function classOf(bytes: Uint8Array, token: number, words: number, isPairValue: boolean): number {
  if (scratch.keyStart[0] === OPENING && token < closingToken()) return NAME;
  const start = scratch.keyStart[token]!;
  const end = scratch.keyEnd[token]!;
  if (isOutcome(bytes, start, end, scratch.keyHash[token]!)) return OUTCOME;
  if (isPairValue) return VALUE;
  for (let at = start; at < end; at++) if (BYTE_KIND[bytes[at]!]! & DIGIT) return DIGITS;
  if (isFileName(bytes, start, end)) return DIGITS;
  if (token === 0) return FIRST;
  if (isQuoted(bytes, start, end)) return QUOTED;
  return words > OTHER_WORDS_MIN && isInner(bytes, token, end) ? INNER : PLAIN;
}

function isQuoted(bytes: Uint8Array, start: number, end: number): boolean {
  const mark = bytes[start - 1]!;
  return end < scratch.lineEnd && mark === bytes[end] && (mark === QUOTE || mark === APOSTROPHE || mark === BACKTICK);
}

/** Whether no variable stands beside the word, but for its own number as in `web-01`. */
function isInner(bytes: Uint8Array, token: number, end: number): boolean {
  const { keyStart, keyCount } = scratch;
  if (keyStart[token - 1] === VARIABLE) return false;
  if (token + 1 >= keyCount || keyStart[token + 1] !== VARIABLE) return true;
  return (BYTE_KIND[bytes[end]!]! & (SPACE | DELIMITER | DOT)) === 0;
}

function closingToken(): number {
  let token = 0;
  while (scratch.keyStart[token] !== CLOSING) token++;
  return token;
}
