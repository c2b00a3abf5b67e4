import type { TimestampReader } from './timestamp-reader.ts';

/** The last instant that a row may carry: the end of year 9999. */
const MS_MAX = 253_402_300_799_999;
const TEXT_BYTES_MAX = 64;

/**
 * Epoch milliseconds of a number whose unit its size tells: below 1e11 seconds (year 5138), below 1e14 milliseconds,
 * below 1e17 microseconds, else nanoseconds. NaN for what is not after the epoch. Finer parts are dropped, but for
 * fractions of a second, which are rounded (floating point does not hold them exactly).
 */
export function msOfNumber(value: number): number {
  if (!(value > 0)) return Number.NaN;
  const ms = value < 1e11 ? Math.round(value * 1000) : value < 1e14 ? value : value < 1e17 ? value / 1e3 : value / 1e6;
  return ms > 0 && ms <= MS_MAX ? Math.floor(ms) : Number.NaN;
}

/** The same of a text: digits (with or without a fraction) as above, else any timestamp that the reader knows. */
export function msOfText(bytes: Uint8Array, start: number, end: number, timestamps: TimestampReader): number {
  let from = start;
  let to = end;
  while (from < to && (bytes[from] as number) <= 0x20) from++;
  while (to > from && (bytes[to - 1] as number) <= 0x20) to--;
  if (to === from || to - from > TEXT_BYTES_MAX) return Number.NaN;
  if (isDecimal(bytes, from, to)) {
    // 19 digits do not fit a double: their first 13 are the milliseconds.
    return to - from === 19 && bytes.indexOf(0x2e, from) === -1
      ? timestamps.readWhole(bytes, from, to)
      : msOfNumber(Number(latin1(bytes, from, to)));
  }
  if (bytes[from] === 0x5b && bytes[to - 1] === 0x5d) return timestamps.readWhole(bytes, from + 1, to - 1);
  return timestamps.readWhole(bytes, from, to);
}

function isDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  let points = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x2e) points++;
    else if (byte < 0x30 || byte > 0x39) return false;
  }
  return points === 0 || (points === 1 && bytes[start] !== 0x2e && bytes[end - 1] !== 0x2e);
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}
