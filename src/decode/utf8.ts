/** Whether `bytes[start, end)` is well-formed UTF-8 (Unicode 16, table 3-7): no overlong forms, no surrogates. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const lead = bytes[at++] as number;
    if (lead < 0x80) continue;
    const length = sequenceLength(lead);
    if (length === 0 || at + length - 1 > end) return false;
    const second = bytes[at] as number;
    if (second < secondMin(lead) || second > secondMax(lead)) return false;
    for (let i = 1; i < length - 1; i++) if (!isContinuation(bytes[at + i] as number)) return false;
    at += length - 1;
  }
  return true;
}

/** The last place at or before `at` where text may be cut without splitting a code point; never before `start`. */
export function codePointBoundary(bytes: Uint8Array, start: number, at: number): number {
  let boundary = at;
  // A code point has at most three continuation bytes: more are no UTF-8, and any place is as good.
  while (boundary > start && at - boundary < 3 && isContinuation(bytes[boundary] as number)) boundary--;
  return isContinuation(bytes[boundary] as number) ? at : boundary;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function secondMin(lead: number): number {
  return lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
}

function secondMax(lead: number): number {
  return lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
