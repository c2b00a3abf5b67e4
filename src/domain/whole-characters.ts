/** The largest end not above `end` that does not split a UTF-8 character. */
export function wholeCharacters(bytes: Uint8Array, start: number, end: number): number {
  let cut = end;
  while (cut > start && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
  return cut;
}
