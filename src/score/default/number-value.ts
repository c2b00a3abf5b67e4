/** What a unit multiplies by, so that `950ms` and `1.2s` compare: times in milliseconds, sizes in bytes. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['sec', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['b', 1],
  ['kb', 1000],
  ['kib', 1024],
  ['mb', 1e6],
  ['mib', 1_048_576],
  ['gb', 1e9],
  ['gib', 1_073_741_824],
]);
const UNIT_BYTES_MAX = 4;
const ZERO = 48;
const decoder = new TextDecoder();

/** The decimal number at the head of `bytes[start, end)`, in the unit behind it; NaN when there is none. */
export function numberValue(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const negative = bytes[at] === 45;
  if (negative || bytes[at] === 43) at++;
  const first = at;
  let value = 0;
  for (; at < end && isDigit(bytes[at]!); at++) value = value * 10 + bytes[at]! - ZERO;
  if (at === first) return Number.NaN;
  if (bytes[at] === 46 && at + 1 < end && isDigit(bytes[at + 1]!)) {
    let scale = 0.1;
    for (at++; at < end && isDigit(bytes[at]!); at++, scale /= 10) value += (bytes[at]! - ZERO) * scale;
  }
  if (at < end) value *= unitFactor(bytes, at, end);
  return negative ? -value : value;
}

function unitFactor(bytes: Uint8Array, start: number, end: number): number {
  const at = bytes[start] === 32 ? start + 1 : start;
  if (end - at > UNIT_BYTES_MAX) return 1;
  return UNITS.get(decoder.decode(bytes.subarray(at, end)).toLowerCase()) ?? 1;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}
