import { HASH_SEED } from '../token-hash.ts';

/** What is mined of a message: its first line that is not blank, and of that no more than this. */
export const MINED_BYTES_MAX = 16_384;
export const KEY_TOKENS_MAX = 1024;
export const VARIABLES_MAX = 1024;

const BLANK = 0x20;
const COLON = 0x3a;

/** `keyStart` of tokens that are no word. */
export const VARIABLE = -1;
export const OPENING = -2;
export const CLOSING = -3;

/** Kinds of variable, as in `ParameterSpans`. */
export const NUMBER = 0;
export const WORD = 1;
export const OTHER = 2;

export const VARIABLE_HASH = 0x2a5f3d91;
const OPENING_HASH = 0x51ed270b;
const CLOSING_HASH = 0x1b56c4e9;

/**
 * The line scanned last: its key, which is the words that are constant and one token for any run of variables, and the
 * variables themselves. Scratch space that every miner of the thread shares: nothing outlives a call.
 */
export const scratch = {
  keyCount: 0,
  /** Where a word stands in the message, or one of the negative numbers above. */
  keyStart: new Int32Array(KEY_TOKENS_MAX + 1),
  keyEnd: new Int32Array(KEY_TOKENS_MAX + 1),
  keyHash: new Int32Array(KEY_TOKENS_MAX + 1),
  /** Hash of the key up to and with token `i`, at `i + 1`. */
  sum: new Int32Array(KEY_TOKENS_MAX + 2),
  variableCount: 0,
  variableStart: new Int32Array(VARIABLES_MAX),
  variableEnd: new Int32Array(VARIABLES_MAX),
  variableKind: new Uint8Array(VARIABLES_MAX),
  /** The key token that the variable is of. */
  variableToken: new Int32Array(VARIABLES_MAX),
  /** Where the text that is scanned begins and ends; nothing outside is looked at. */
  start: 0,
  stop: 0,
  /** Where the last part of a date ends; what one blank keeps apart from it is part of it, too. */
  dateEnd: -1,
  /** The token that is the name of a user if it is a word; -1 when none is. */
  nameToken: -1,
  /** Whether the text that is scanned has pairs `name=value`: 1, 0 when it has not, -1 when nobody has asked. */
  hasPairs: -1,
  /** Whether an escape sequence, such as a terminal's colour, was met. */
  isColoured: false,
  /** First and last byte of the line that was mined, `end` behind it. */
  lineStart: 0,
  lineEnd: 0,
  /** Of the whole message. */
  tokenCount: 0,
  charCount: 0,
};

export function clearScratch(): void {
  scratch.keyCount = 0;
  scratch.variableCount = 0;
  scratch.dateEnd = -1;
  scratch.nameToken = -1;
  scratch.isColoured = false;
  scratch.sum[0] = HASH_SEED;
}

export function isFull(): boolean {
  return scratch.keyCount >= KEY_TOKENS_MAX || scratch.variableCount >= VARIABLES_MAX - 1;
}

export function mixed(sum: number, hash: number): number {
  const next = Math.imul(sum ^ hash, 0x9e3779b1);
  return next ^ (next >>> 15);
}

export function pushWord(start: number, end: number, hash: number): void {
  const index = scratch.keyCount;
  scratch.keyStart[index] = start;
  scratch.keyEnd[index] = end;
  scratch.keyHash[index] = hash;
  scratch.sum[index + 1] = mixed(scratch.sum[index]!, hash);
  scratch.keyCount = index + 1;
}

export function pushVariable(bytes: Uint8Array, start: number, end: number, kind: number): void {
  if (start === scratch.dateEnd + 1 && goesOnWithDate(bytes, start, end)) return;
  const variable = scratch.variableCount++;
  scratch.variableStart[variable] = start;
  scratch.variableEnd[variable] = end;
  scratch.variableKind[variable] = kind;
  let last = scratch.keyCount - 1;
  if (!lastIsVariable()) {
    if (repeats(bytes, last)) {
      // A list of one word and a value, again and again: one of them stands for all.
      scratch.keyCount = last;
      last--;
    } else {
      pushWord(VARIABLE, VARIABLE, VARIABLE_HASH);
      last++;
    }
  }
  scratch.variableToken[variable] = last;
}

/** The value of a record's field, which is no token of the key: it hangs on the one that is the field's name. */
export function pushFieldValue(start: number, end: number, kind: number, token: number): void {
  const variable = scratch.variableCount++;
  scratch.variableStart[variable] = start;
  scratch.variableEnd[variable] = end;
  scratch.variableKind[variable] = kind;
  scratch.variableToken[variable] = token;
}

/** A weekday or a month: with the day before it, and all that follows, it makes one value where only blanks part them. */
export function pushDateWord(bytes: Uint8Array, start: number, end: number): void {
  const last = scratch.variableCount - 1;
  if (lastIsVariable() && scratch.variableEnd[last] === start - 1 && bytes[start - 1] === BLANK) {
    scratch.variableEnd[last] = end;
    scratch.variableKind[last] = OTHER;
  } else pushVariable(bytes, start, end, OTHER);
  scratch.dateEnd = end;
}

/** Joins the value to the date before it; where a colon stands between, it is a value of its own. */
function goesOnWithDate(bytes: Uint8Array, start: number, end: number): boolean {
  const between = bytes[start - 1];
  scratch.dateEnd = -1;
  if (between !== BLANK && between !== COLON) return false;
  scratch.dateEnd = end;
  if (between === COLON) return false;
  scratch.variableEnd[scratch.variableCount - 1] = end;
  return true;
}

export function lastIsVariable(): boolean {
  const count = scratch.keyCount;
  return count > 0 && scratch.keyStart[count - 1] === VARIABLE;
}

export function pushBrace(which: typeof OPENING | typeof CLOSING): void {
  pushWord(which, which, which === OPENING ? OPENING_HASH : CLOSING_HASH);
}

/** Whether the last token is a word that stands before the variable before it, too. */
function repeats(bytes: Uint8Array, last: number): boolean {
  const { keyStart, keyEnd, keyHash } = scratch;
  if (last < 2 || keyStart[last - 1] !== VARIABLE || keyHash[last] !== keyHash[last - 2]) return false;
  let at = keyStart[last]!;
  let before = keyStart[last - 2]!;
  if (at < 0 || before < 0 || keyEnd[last]! - at !== keyEnd[last - 2]! - before) return false;
  for (; at < keyEnd[last]!; at++, before++) if (bytes[at] !== bytes[before]) return false;
  return true;
}
