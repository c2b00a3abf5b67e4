const DEPTH_MAX = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Where a JSON value that starts at `at` ends, by the grammar of RFC 8259 to the letter, but that no line end may stand
 * between tokens; -1 when it is not one, does not end before `limit` or nests deeper than 64.
 */
export function skipValue(bytes: Uint8Array, at: number, limit: number, depth = 0): number {
  if (at >= limit) return -1;
  const first = bytes[at] as number;
  if (first === QUOTE) return skipString(bytes, at, limit);
  if (first === 0x7b || first === 0x5b) return depth === DEPTH_MAX ? -1 : skipNested(bytes, at, limit, depth + 1);
  if (first === 0x74) return skipWord(bytes, at, limit, 'true');
  if (first === 0x66) return skipWord(bytes, at, limit, 'false');
  if (first === 0x6e) return skipWord(bytes, at, limit, 'null');
  return skipNumber(bytes, at, limit);
}

/** Behind the closing quote of the string whose opening one stands at `at`. */
export function skipString(bytes: Uint8Array, at: number, limit: number): number {
  for (let i = at + 1; i < limit; i++) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) return i + 1;
    if (byte < 0x20) return -1;
    if (byte === BACKSLASH) {
      i = skipEscape(bytes, i + 1, limit);
      if (i === -1) return -1;
    }
  }
  return -1;
}

/** The escape's last byte. */
export function skipEscape(bytes: Uint8Array, at: number, limit: number): number {
  if (at >= limit) return -1;
  switch (bytes[at]) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at;
    case 0x75:
      if (at + 4 >= limit) return -1;
      for (let i = at + 1; i <= at + 4; i++) if (hexValue(bytes[i] as number) === -1) return -1;
      return at + 4;
    default:
      return -1;
  }
}

export function skipNumber(bytes: Uint8Array, start: number, limit: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const whole = at;
  at = skipDigits(bytes, at, limit);
  if (at === whole || (bytes[whole] === 0x30 && at > whole + 1)) return -1;
  if (at < limit && bytes[at] === 0x2e) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction, limit);
    if (at === fraction) return -1;
  }
  if (at < limit && ((bytes[at] as number) | 0x20) === 0x65) {
    let exponent = at + 1;
    if (exponent < limit && (bytes[exponent] === 0x2b || bytes[exponent] === 0x2d)) exponent++;
    at = skipDigits(bytes, exponent, limit);
    if (at === exponent) return -1;
  }
  return at;
}

/** White space within a line. */
export function skipSpace(bytes: Uint8Array, start: number, limit: number): number {
  let at = start;
  while (at < limit && (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0d)) at++;
  return at;
}

/** Value of a hexadecimal digit, -1 when it is none. */
export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function skipNested(bytes: Uint8Array, start: number, limit: number, depth: number): number {
  const isObject = bytes[start] === 0x7b;
  const close = isObject ? 0x7d : 0x5d;
  let at = skipSpace(bytes, start + 1, limit);
  if (at < limit && bytes[at] === close) return at + 1;
  for (;;) {
    if (isObject) {
      if (at >= limit || bytes[at] !== QUOTE) return -1;
      const key = skipString(bytes, at, limit);
      if (key === -1) return -1;
      at = skipSpace(bytes, key, limit);
      if (at >= limit || bytes[at] !== 0x3a) return -1;
      at = skipSpace(bytes, at + 1, limit);
    }
    const value = skipValue(bytes, at, limit, depth);
    if (value === -1) return -1;
    at = skipSpace(bytes, value, limit);
    if (at >= limit) return -1;
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== 0x2c) return -1;
    at = skipSpace(bytes, at + 1, limit);
  }
}

function skipWord(bytes: Uint8Array, at: number, limit: number, word: string): number {
  if (at + word.length > limit) return -1;
  for (let i = 1; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return -1;
  return at + word.length;
}

function skipDigits(bytes: Uint8Array, start: number, limit: number): number {
  let at = start;
  while (at < limit && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++;
  return at;
}
