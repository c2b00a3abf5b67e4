import { BYTE_KIND, SPACE } from './byte-kind.ts';
import { MINED_BYTES_MAX, scratch, VARIABLES_MAX } from './scratch.ts';

/** A list with more elements is shown as one placeholder. */
const ELEMENTS_SHOWN_MAX = 8;

/** Where texts are written before they are copied: how much is, and up to where the line has been. */
const buffer = new Uint8Array(MINED_BYTES_MAX + 3 * VARIABLES_MAX + 3);
let used = 0;
let copied = 0;

/**
 * The line in `scratch`, of the message `bytes`, with `<*>` for every variable: punctuation and spacing as they were,
 * white space at its end left out. The words at the tokens `masked` of the key, in their order, are variables too.
 */
export function templateText(bytes: Uint8Array, masked: readonly number[] = []): Uint8Array {
  const { keyStart, keyEnd, lineStart, lineEnd, variableCount, variableStart, variableEnd } = scratch;
  let next = 0;
  const replaceUpTo = (end: number) => {
    for (; next < masked.length && keyStart[masked[next]!]! < end; next++) {
      const word = masked[next]!;
      if (keyStart[word]! >= copied) replace(bytes, keyStart[word]!, keyEnd[word]!);
    }
  };
  copied = lineStart;
  used = 0;
  for (let i = 0; i < variableCount;) {
    replaceUpTo(variableStart[i]!);
    const last = lastElement(i);
    if (last - i >= ELEMENTS_SHOWN_MAX) replace(bytes, variableStart[i]!, variableEnd[last]!);
    else
      for (let each = i; each <= last; each++)
        if (variableEnd[each]! > variableStart[each]!) replace(bytes, variableStart[each]!, variableEnd[each]!);
    i = last + 1;
  }
  replaceUpTo(lineEnd);
  copyTo(bytes, lineEnd);
  while (used > 0 && (BYTE_KIND[buffer[used - 1]!]! & SPACE) !== 0) used--;
  return buffer.slice(0, used);
}

/** Puts `<*>` for `bytes[start, end)`. */
function replace(bytes: Uint8Array, start: number, end: number): void {
  copyTo(bytes, start);
  buffer[used++] = 0x3c;
  buffer[used++] = 0x2a;
  buffer[used++] = 0x3e;
  copied = end;
}

function copyTo(bytes: Uint8Array, end: number): void {
  while (copied < end) buffer[used++] = bytes[copied++]!;
}

/** Index of the last variable of the run that the variable `first` begins. */
function lastElement(first: number): number {
  const { variableToken, variableCount } = scratch;
  let last = first;
  while (last + 1 < variableCount && variableToken[last + 1] === variableToken[first]) last++;
  return last;
}
