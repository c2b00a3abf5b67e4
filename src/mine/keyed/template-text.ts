import { scratch } from './scratch.ts';

/** A list with more elements is shown as one placeholder. */
const ELEMENTS_SHOWN_MAX = 8;

const WILDCARD = Uint8Array.of(0x3c, 0x2a, 0x3e);

/**
 * The line in `scratch`, of the message `bytes`, with `<*>` for every variable: punctuation and spacing as they were,
 * white space at its end left out. With `masked`, the word at that token of the key is a variable too.
 */
export function templateText(bytes: Uint8Array, masked = -1): Uint8Array {
  const { lineStart, lineEnd, variableCount, variableStart, variableEnd } = scratch;
  const parts: Uint8Array[] = [];
  let at = lineStart;
  const replace = (start: number, end: number): void => {
    parts.push(bytes.slice(at, start), WILDCARD);
    at = end;
  };
  const maskedStart = masked < 0 ? lineEnd : scratch.keyStart[masked]!;
  for (let i = 0; i < variableCount;) {
    if (maskedStart >= at && maskedStart < variableStart[i]!) replace(maskedStart, scratch.keyEnd[masked]!);
    const last = lastElement(i);
    if (last - i >= ELEMENTS_SHOWN_MAX) replace(variableStart[i]!, variableEnd[last]!);
    else
      for (let each = i; each <= last; each++)
        if (variableEnd[each]! > variableStart[each]!) replace(variableStart[each]!, variableEnd[each]!);
    i = last + 1;
  }
  if (maskedStart >= at && maskedStart < lineEnd) replace(maskedStart, scratch.keyEnd[masked]!);
  parts.push(bytes.slice(at, lineEnd));
  return joined(parts);
}

/** Index of the last variable of the run that the variable `first` begins. */
export function lastElement(first: number): number {
  const { variableToken, variableCount } = scratch;
  let last = first;
  while (last + 1 < variableCount && variableToken[last + 1] === variableToken[first]) last++;
  return last;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const text = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    text.set(part, at);
    at += part.length;
  }
  let end = length;
  while (end > 0 && (text[end - 1] === 0x20 || text[end - 1] === 0x0d || text[end - 1] === 0x09)) end--;
  return text.slice(0, end);
}
