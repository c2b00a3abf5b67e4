const ESCAPE = 0x1b;
const BRACKET = 0x5b;

/**
 * Behind the terminal's sequence at `at` that takes no place: a colour or style (`ESC [ 1 ; 31 m`), or what erases the rest
 * of the line (`ESC [ K`), as ECMA-48 has them; `at` itself where none begins.
 */
export function colourEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end || bytes[at] !== ESCAPE || bytes[at + 1] !== BRACKET) return at;
  let next = at + 2;
  while (next < end && bytes[next]! >= 0x30 && bytes[next]! <= 0x3f) next++;
  return next < end && (bytes[next] === 0x6d || bytes[next] === 0x4b) ? next + 1 : at;
}
